--TEST--
session_reset() brings the stored data back and keeps the lock
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION = ['a' => 1, 'b' => 2]);
    $table->request('abc', function () use ($lock, $table) {
        $_SESSION['a'] = 'changed';
        $_SESSION['c'] = 'new';
        unset($_SESSION['b']);
        same(true, session_reset(), "$lock: session_reset()");
        same(['a' => 1, 'b' => 2], $_SESSION, "$lock: restored");
        $other = php_run('session_id("abc"); echo json_encode(@session_start());', $table->ini(['rustsql.lock_timeout' => '0']));
        same('false', $other['out'], "$lock: another request meanwhile");
        $_SESSION['d'] = 4;
    });
    same(['a' => 1, 'b' => 2, 'd' => 4], $table->request('abc'), "$lock: stored");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
