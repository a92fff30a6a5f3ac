--TEST--
session_gc() leaves the lock of the open session where it is
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $table->addExpired(150);
    $table->request('abc', function () use ($lock, $table) {
        $_SESSION['a'] = 1;
        same(150, session_gc(), "$lock: count");
        $other = php_run('session_id("abc"); echo json_encode(@session_start());', $table->ini(['rustsql.lock_timeout' => '0']));
        same('false', $other['out'], "$lock: another request");
    });
    same(['a' => 1], $table->request('abc'), "$lock: stored");
    same(1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
