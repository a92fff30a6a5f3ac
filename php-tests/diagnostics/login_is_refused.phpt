--TEST--
A login that is refused is told with host, number, SQLSTATE and what to do, and the next session can start
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
$server->query("CREATE USER IF NOT EXISTS 'homeless'@'%' IDENTIFIED BY 'homeless-secret'");
$account = ['user' => 'homeless', 'password' => 'homeless-secret', 'database' => "home_" . getmypid()];
$warning = cannot_start('a database without rights', $server->dsn('', $account), [$host, '1044', '42000', 'may not use the database, or it does not exist', 'GRANT '], $table);
$server->query("CREATE DATABASE $account[database]");
$server->query(strstr($warning, 'GRANT '));
session_save_path($server->dsn('', $account));
session_id('abc');
same(true, session_start(), 'with that grant');
session_write_close();
$server->query("DROP DATABASE $account[database]");
$server->query("DROP USER 'homeless'@'%'");

$server->query("CREATE USER IF NOT EXISTS 'wide'@'%' IDENTIFIED BY 'wide-secret'");
$server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON *.* TO 'wide'@'%'");
$dsn = $server->dsn('', ['user' => 'wide', 'password' => 'wide-secret', 'database' => 'no_such_database']);
cannot_start('missing database', $dsn, [$host, '1049', '42000', 'does not exist'], $table);

// What is wrong with the account itself.
$mysql = $server->flavour === 'mysql';
$opened = [];
foreach ([
    'TLS required' => ['REQUIRE SSL', ['1045', 'TLS', 'rustsql.tls = required', 'within one machine']],
    'locked' => ['ACCOUNT LOCK', [$mysql ? '3118' : '4151', 'ACCOUNT UNLOCK']],
    'expired' => ['PASSWORD EXPIRE', [$mysql ? '1862' : '1820', 'expired', 'ALTER USER']],
    'logins used up' => ['WITH MAX_CONNECTIONS_PER_HOUR 1', ['1226', 'max_connections_per_hour', 'ALTER USER ... WITH']],
    'queries used up' => ['WITH MAX_QUERIES_PER_HOUR 1', ['1226', $mysql ? 'max_questions' : 'max_queries_per_hour', 'ALTER USER ... WITH']],
    'connections used up' => ['WITH MAX_USER_CONNECTIONS 1', ['1226', 'max_user_connections', 'number of PHP workers']],
    ...$mysql ? ['blocked' => ['FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1', ['3955', 'ACCOUNT UNLOCK']]] : [],
] as $what => [$option, $parts]) {
    $user = strtr($what, ' ', '_');
    $server->query("CREATE USER IF NOT EXISTS '$user'@'%' IDENTIFIED BY 'its-secret' $option");
    $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO '$user'@'%'");
    try {
        if (str_contains($option, 'MAX_')) {
            $opened[$what] = new mysqli('127.0.0.1', $user, 'its-secret', 'app', $server->port);
            $opened[$what]->query('SELECT 1');
        } elseif ($what === 'blocked') {
            new mysqli('127.0.0.1', $user, 'other-secret', 'app', $server->port);
        }
    } catch (mysqli_sql_exception) {
    }
    $warning = cannot_start($what, $server->dsn('', ['user' => $user, 'password' => 'its-secret']), [$host, ...$parts], $table);
    check(!preg_match('~[^_]max_connections[^_]~', $warning), "$what: not the server's limit", $warning);
    $server->query("DROP USER '$user'@'%'");
}

// A server that wants TLS of everybody but its own machine's socket.
$strict = Server::start(null, ['require_secure_transport' => 'ON'] + ($mysql ? [] : ['max_password_errors' => '1']));
cannot_start('a server that wants TLS', $strict->dsn(), ["127.0.0.1:$strict->port", $strict->flavour === 'mariadb' ? '1045' : '3159', 'TLS', 'rustsql.tls = required', 'within one machine'], $table);
session_save_path($strict->socketDsn());
same(true, session_start(), 'by the socket of that server');
session_write_close();
if (!$mysql) {
    $strict->query('SET GLOBAL require_secure_transport = OFF');
    $strict->query("CREATE USER ancient@'%' IDENTIFIED VIA mysql_old_password USING '5d2e19393cc5ef67'");
    foreach (['ON', 'OFF'] as $secure) {
        $strict->query("SET GLOBAL secure_auth = $secure");
        cannot_start('a password of old', $strict->dsn('', ['user' => 'ancient']), ["127.0.0.1:$strict->port refuses the login", 'before MySQL 4.1'], $table);
    }
    cannot_start('blocked', $strict->dsn('', ['password' => 'wrong-secret']), ["127.0.0.1:$strict->port", '('], $table);
    cannot_start('blocked', $strict->dsn(), ['4150', 'FLUSH PRIVILEGES'], $table);
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
