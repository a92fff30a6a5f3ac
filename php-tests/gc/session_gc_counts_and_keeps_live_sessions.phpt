--TEST--
session_gc() deletes every expired session, returns how many, and leaves the live ones
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['live1', 'live2', 'live3'] as $id) {
        $table->request($id, fn () => $_SESSION['a'] = 1);
    }
    foreach ([250, 0, 1, 100, 1234] as $count) {
        $table->addExpired($count);
        $table->request('live1', function () use ($lock, $count) {
            $_SESSION['n'] = $count;
            same($count, session_gc(), "$lock: of $count");
        });
        same(3, $table->count(), "$lock: rows after $count");
        same($count, $table->request('live1')['n'], "$lock: the session that collected, $count");
    }
    same(['a' => 1], $table->request('live2'), "$lock: another");
}
same([], warnings(), 'warnings');
// PHP's own rule.
same(false, session_gc(), 'without a session');
echo "done\n";
--EXPECT--
done
