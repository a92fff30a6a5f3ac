--TEST--
A missing table that may not be created is told with the SQL that creates it
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$server->query("CREATE USER IF NOT EXISTS 'narrow'@'%' IDENTIFIED BY 'narrow-secret'");
$server->query("GRANT SELECT, INSERT, UPDATE, DELETE ON app.* TO 'narrow'@'%'");
$account = ['user' => 'narrow', 'password' => 'narrow-secret'];
$host = "127.0.0.1:$server->port";
$working = new Table;
$narrow = new Table;
$off = new Table;

$warning = cannot_start('no right to create', $server->dsn("table=$narrow->name", $account), [$host, $narrow->name, '1142', '42000', 'cannot be created', 'CREATE TABLE'], $working);
$warnings[$narrow->name] = $warning;
$warning = cannot_start('auto_create=0', $server->dsn("table=$off->name&auto_create=0"), [$host, $off->name, '1146', '42S02', 'auto_create', 'CREATE TABLE'], $working);
$warnings[$off->name] = $warning;

// The SQL of the warning is all that is needed.
foreach ($warnings as $name => $warning) {
    $server->query(strstr(substr($warning, strpos($warning, 'CREATE TABLE')), 'ENGINE=InnoDB', true) . 'ENGINE=InnoDB');
}
foreach (['narrow' => [$narrow, "table=$narrow->name", $account], 'off' => [$off, "table=$off->name&auto_create=0", []]] as $what => [$table, $params, $account]) {
    session_save_path($server->dsn($params, $account));
    session_id('later');
    same(true, session_start(), "$what: with the table");
    $_SESSION['a'] = 1;
    session_write_close();
    same('a|i:1;', $table->row('later')['data'] ?? null, "$what: stored");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
