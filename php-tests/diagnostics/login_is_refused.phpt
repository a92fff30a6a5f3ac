--TEST--
A wrong password, user or database is told with host, number and SQLSTATE, and the next session can start
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$table = new Table;
$host = "127.0.0.1:$server->port";
cannot_start('wrong password', $server->dsn('', ['password' => 'another-secret']), [$host, '1045', '28000', 'password'], $table);
cannot_start('no password', "mysql://app@$host/app", [$host, '1045', '28000', 'password'], $table);
// MySQL answers with any login plugin to an account that is not there, so that not every time the server's error is seen.
foreach (['nobody', 'someone', 'somebody', 'anyone'] as $user) {
    $warning = cannot_start("wrong user $user", $server->dsn('', ['user' => $user]), ["$host refuses the login", 'user'], $table);
    check(str_contains($warning, '1045 (28000)') || str_contains($warning, 'plugin') && $server->flavour === 'mysql', "wrong user $user", $warning);
}
// Without any right on it, the server does not even say that it is missing.
cannot_start('a database without rights', $server->dsn('', ['database' => 'mysql']), [$host, '1044', '42000', 'SELECT, INSERT, UPDATE, DELETE'], $table);

$server->query("CREATE USER IF NOT EXISTS 'wide'@'%' IDENTIFIED BY 'wide-secret'");
$server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON *.* TO 'wide'@'%'");
$dsn = $server->dsn('', ['user' => 'wide', 'password' => 'wide-secret', 'database' => 'no_such_database']);
cannot_start('missing database', $dsn, [$host, '1049', '42000', 'does not exist'], $table);
echo "done\n";
--EXPECT--
done
