--TEST--
A kept connection serves its own host, account, password and database alone
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

const WHO = '
    if (!@session_start()) { exit("refused"); }
    $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
    echo RustSql\status()["connection_id"], " ", $_SESSION["n"], " ";
    $admin = new mysqli("localhost", "root", "", "", 0, "%s");
    $is = array_column($admin->query("SHOW PROCESSLIST")->fetch_all(MYSQLI_ASSOC), null, "Id")[RustSql\status()["connection_id"]];
    echo $is["User"], " ", $is["db"];';

// Of its own: accounts and databases are made here.
$server = Server::start();
$who = sprintf(WHO, $server->socket);
$modules = array_filter(explode(',', (string) getenv('RUSTSQL_TEST_MODULES')));
$server->query('CREATE DATABASE other');
foreach (['one' => 'secret', 'two' => 'secret', 'three' => 'third'] as $user => $password) {
    $server->query("CREATE USER '$user'@'%' IDENTIFIED BY '$password'");
    $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO '$user'@'%'");
    $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON other.* TO '$user'@'%'");
}
/** [id, n, account, database], or ['refused'] */
$ask = function (FastCgiWorker $host, array $override, string $params = '') use ($server, $who): array {
    $dsn = $server->dsn($params, $override);
    return explode(' ', trim($host->run("session_save_path('$dsn'); $who")));
};
foreach (LOCKS as $lock) {
    $host = new FastCgiWorker(new Session($lock, [], $server), ['extension' => [php_extension_file(), ...$modules]]);
    $one = ['user' => 'one', 'password' => 'secret'];
    $sequence = [
        'one in app' => [$one, ['one', 'app']],
        'two in app' => [['user' => 'two', 'password' => 'secret'], ['two', 'app']],
        'one in app again' => [$one, ['one', 'app']],
        'one in other' => [['database' => 'other'] + $one, ['one', 'other']],
        'three in app' => [['user' => 'three', 'password' => 'third'], ['three', 'app']],
        'three with a wrong password' => [['user' => 'three', 'password' => 'wrong'], null],
        'three with no password' => [['user' => 'three', 'password' => ''], null],
        'one under another name of the host' => [['host' => 'localhost'] + $one, ['one', 'app']],
        'one in app at last' => [$one, ['one', 'app']],
    ];
    $last = $before = null;
    foreach ($sequence as $what => [$override, $expected]) {
        $got = $ask($host, $override);
        if ($expected === null) {
            echo $got === ['refused'] ? '' : "$lock, $what: " . implode(' ', $got) . "\n";
        } elseif (array_slice($got, 2) !== $expected || $got[0] === $last) {
            echo "$lock, $what: ", implode(' ', $got), $got[0] === $last ? ' on the connection before' : '', "\n";
        }
        $last = $got[0];
    }
    // Right after the login: what was kept before is of the same account.
    $again = $ask($host, $one);
    echo "$lock: ", $again[0] === $last ? 'kept for the same account' : 'not kept', ', sessions counted: ', $again[1], "\n";

    // A changed password: of the server only, then of the DSN too.
    $server->query("ALTER USER 'one'@'%' IDENTIFIED BY 'changed'");
    $known = $ask($host, $one);
    $new = $ask($host, ['password' => 'changed'] + $one);
    $old = $ask($host, $one);
    echo "$lock: ", $new[2] ?? 'refused', $new[0] === $known[0] ? ' on the old connection' : ' on a new connection', ', then with the old password: ', $old[0], "\n";
    $server->query("ALTER USER 'one'@'%' IDENTIFIED BY 'secret'");
    $host->end();
}
?>
--EXPECT--
advisory: kept for the same account, sessions counted: 7
advisory: one on a new connection, then with the old password: refused
row: kept for the same account, sessions counted: 7
row: one on a new connection, then with the old password: refused
