--TEST--
A table with other columns is told as that
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$working = new Table;
$table = new Table;
$server->query("CREATE TABLE app.`$table->name` (id VARCHAR(128) PRIMARY KEY, data TEXT)");
cannot_start('other columns', $table->dsn(), ["127.0.0.1:$server->port", '1054', '42S22', 'RustSql\\schema()', 'rustsql.table'], $working);
same([], $server->query("SELECT * FROM app.`$table->name`"), 'rows');

// A format of a later version.
$table = new Table;
$table->request('abc', fn () => $_SESSION['a'] = 1);
$table->update('abc', 'format = 200');
$before = $table->frozen('abc');
cannot_start('another format', $table->dsn(), ['format 200', 'cannot read', 'stored data stays'], $working);
same($before, $table->frozen('abc'), 'the row of another format');
echo "done\n";
--EXPECT--
done
