--TEST--
The expiry of an unchanged session is moved once in rustsql.touch_interval, and nothing else of the row
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const LIFETIME = 1440;
ini_set('session.gc_maxlifetime', (string) LIFETIME);
foreach (each_lock() as $lock => $table) {
    foreach (['60' => 60, '0' => 0, '20' => 20, '100000' => 144] as $interval => $seconds) {
        $case = "$lock, touch_interval $interval";
        $params = ['touch_interval' => (string) $interval];
        $table->request('abc', fn () => $_SESSION['a'] = 1, [], $params);
        $row = $table->row('abc');
        // Set later than the lifetime by the interval, rounded up to a whole one; 10 seconds are the slack of a slow machine.
        $left = $row['expires'] - $row['used'];
        check($left >= LIFETIME + $seconds && $left <= LIFETIME + max(2 * $seconds, 1), "$case: at the first write", $left);

        // Far enough: nothing is written. (Without an interval it moves each second.)
        $table->update('abc', 'used = used - 50, expires = UNIX_TIMESTAMP() + ' . (LIFETIME + 10));
        $before = $table->frozen('abc');
        $table->request('abc', null, [], $params);
        $seconds && same($before, $table->frozen('abc'), "$case: fresh");

        // Not any more: the expiry is moved, whatever is left of it.
        foreach ([LIFETIME - 1, LIFETIME - 100, 60] as $ahead) {
            $table->update('abc', "used = used - 50, expires = UNIX_TIMESTAMP() + $ahead");
            $before = $table->row('abc');
            $table->request('abc', null, [], $params);
            $row = $table->row('abc');
            $left = $row['expires'] - $row['used'];
            check($left >= LIFETIME + $seconds && $left <= LIFETIME + max(2 * $seconds, 1), "$case: moved at $ahead", $left);
            check($row['used'] > $before['used'], "$case: used, moved at $ahead");
            same([$before['version'], $before['created'], $before['data']], [$row['version'], $row['created'], $row['data']], "$case: the rest, moved at $ahead");
        }
        $table->request('abc', fn () => session_destroy());
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
