--TEST--
Stored data that PHP cannot decode stays also with session.auto_start
--SKIPIF--
<?php require __DIR__ . '/../inc/cgi.php'; if (!cgi_program()) echo 'skip no php-cgi beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

require __DIR__ . '/../inc/cgi.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->update('abc', "data = 'a|s:10:\"abc'");
    $before = $table->frozen('abc');
    $answer = cgi('<?php $_SESSION["a"] = "new"; echo session_status() === PHP_SESSION_ACTIVE ? "active" : "none";',
        $table->ini(['session.auto_start' => '1']), ['HTTP_COOKIE' => 'PHPSESSID=abc']);
    one_warning(['could not decode', 'stored data stays'], $answer['body'], $lock);
    has('none', $answer['body'], "$lock: session_status()");
    same($before, $table->frozen('abc'), "$lock: the row");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
