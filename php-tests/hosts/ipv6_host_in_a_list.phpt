--TEST--
An IPv6 address in a list of hosts reaches its server
--SKIPIF--
<?php if (!@stream_socket_server('tcp://[::1]:0')) echo 'skip this machine has no IPv6'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$server = Server::start(null, ['bind_address' => '::1']);
foreach (LOCKS as $lock) {
    $session = new Session($lock, [], $server);
    $dsn = hosts_dsn([new DeadHost, "[::1]:$server->port", new DeadHost], '', ['user' => $session->user]);
    $out = $session->run('session_start(); $_SESSION["n"] = 1; echo RustSql\status()["host"];', ['rustsql.dsn' => $dsn]);
    echo "$lock: ", strtr($out, [$server->port => 'PORT']), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: [::1]:PORT
n|i:1;
row: [::1]:PORT
n|i:1;
