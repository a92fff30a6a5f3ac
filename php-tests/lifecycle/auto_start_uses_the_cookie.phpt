--TEST--
session.auto_start opens the session of the cookie in both lock modes
--SKIPIF--
<?php require __DIR__ . '/../inc/cgi.php'; if (!cgi_program()) echo 'skip no php-cgi beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

require __DIR__ . '/../inc/cgi.php';

foreach (each_lock() as $lock => $table) {
    $ini = $table->ini(['session.auto_start' => '1', 'session.use_strict_mode' => '1']);
    $script = '<?php $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo $_SESSION["n"];';
    $first = cgi($script, $ini);
    same('1', $first['body'], "$lock: first request");
    preg_match('~^Set-Cookie: (PHPSESSID=([^;]+))~mi', implode("\n", $first['headers']), $cookie);
    same('n|i:1;', $table->row($cookie[2] ?? '')['data'] ?? null, "$lock: stored");
    same('2', cgi($script, $ini, ['HTTP_COOKIE' => $cookie[1] ?? ''])['body'], "$lock: second request");
    same(1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
