--TEST--
session_decode() with garbage ends the session of the request and not the stored one
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $before = $table->frozen('abc');
    $table->request('abc', function () use ($lock) {
        $_SESSION['a'] = 2;
        same(false, session_decode('a|s:10:"abc'), "$lock: session_decode()");
        same(PHP_SESSION_NONE, session_status(), "$lock: session_status()");
    });
    same(1, count(preg_grep('~Failed to decode session object~', warnings())), "$lock: PHP's own word");
    same($before, $table->frozen('abc'), "$lock: the row");
    $other = php_run('session_id("abc"); session_start(); echo json_encode($_SESSION);', $table->ini(['rustsql.lock_timeout' => '0']));
    same('{"a":1}', $other['out'], "$lock: another request");

    // With data that is right, it is as if the script had set it.
    $table->request('abc', fn () => session_decode('b|i:5;'));
    same(5, $table->request('abc')['b'] ?? null, "$lock: good data");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
