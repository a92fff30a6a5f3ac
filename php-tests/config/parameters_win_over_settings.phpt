--TEST--
A parameter of the DSN wins over the setting of the same name, also for user and password
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

[$one, $two] = [new Table, new Table];
$server = $one->server;
$show = 'session_id("abc"); session_start(); $_SESSION["a"] = 1; echo RustSql\status()["lock"];';
$result = php_run($show, ['rustsql.dsn' => $one->dsn(['lock' => 'row']), 'rustsql.lock' => 'advisory', 'rustsql.table' => $two->name]);
same('row', $result['out'], 'lock');
check((bool) $one->row('abc'), 'table');

$bare = sprintf('mysql://127.0.0.1:%d/app?table=%s', $server->port, $one->name);
$result = php_run($show, ['rustsql.dsn' => $bare, 'rustsql.user' => 'app', 'rustsql.password' => 'app-secret', 'rustsql.lock' => 'row']);
same('row', $result['out'], 'rustsql.user and rustsql.password');
$result = php_run($show, ['rustsql.dsn' => $server->dsn("table=$one->name"), 'rustsql.user' => 'nobody', 'rustsql.password' => 'wrong', 'rustsql.lock' => 'row']);
same('row', $result['out'], 'user and password of the DSN');
$result = php_run($show, ['rustsql.dsn' => "$bare&user=app&password=app-secret", 'rustsql.user' => 'nobody', 'rustsql.password' => 'wrong', 'rustsql.lock' => 'row']);
same('row', $result['out'], 'user and password as parameters');
echo "done\n";
--EXPECT--
done
