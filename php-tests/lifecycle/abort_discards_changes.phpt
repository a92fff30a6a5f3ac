--TEST--
session_abort() writes nothing and gives the lock back
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $before = $table->frozen('abc');
    $table->request('abc', function () {
        $_SESSION['a'] = 2;
        session_abort();
    });
    same($before, $table->frozen('abc'), "$lock: the row");
    $other = php_run('session_id("abc"); session_start(); echo json_encode($_SESSION);', $table->ini(['rustsql.lock_timeout' => '0']));
    same('{"a":1}', $other['out'], "$lock: another request afterwards");

    $table->request('new', function () {
        $_SESSION['a'] = 2;
        session_abort();
    });
    same(null, $table->row('new'), "$lock: a new session that was aborted");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
