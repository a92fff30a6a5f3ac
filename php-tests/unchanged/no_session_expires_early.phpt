--TEST--
Whatever a request finds, its session lives for session.gc_maxlifetime afterwards
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    foreach ([1, 5, 100, 1440, 86400] as $lifetime) {
        ini_set('session.gc_maxlifetime', (string) $lifetime);
        foreach (['60', '0', '0.5', '7'] as $interval) {
            foreach ([2, intdiv($lifetime, 2) + 2, $lifetime - 1, $lifetime, $lifetime + 1, $lifetime + 7, $lifetime + 60] as $ahead) {
                foreach ([false, true] as $change) {
                    $params = ['touch_interval' => $interval];
                    if (!$table->row('abc')) {
                        $table->request('abc', fn () => $_SESSION['n'] = 1, [], $params);
                    }
                    $table->update('abc', "expires = UNIX_TIMESTAMP() + $ahead");
                    $now = $table->row('abc')['now'];
                    $table->request('abc', fn () => $change ? $_SESSION['n'] = microtime() : 0, [], $params);
                    $row = $table->row('abc');
                    if ($row['expires'] < $now + $lifetime) {
                        echo "$lock, lifetime $lifetime, touch_interval $interval, $ahead left: expires in ", $row['expires'] - $now, "\n";
                    }
                }
            }
        }
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
