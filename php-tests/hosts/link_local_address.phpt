--TEST--
A link-local IPv6 address with its interface reaches the server
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
NetworkHost::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

pcntl_unshare(CLONE_NEWNET) || throw new RuntimeException('no network name space');
exec('ip link set lo up && ip addr add fe80::1/64 dev lo 2>&1', $output, $status);
$status === 0 || print(implode("\n", $output));
$server = Server::start(null, ['bind_address' => '::']);
$zone = trim(file_get_contents('/sys/class/net/lo/ifindex'));
foreach (['lo', $zone] as $interface) {
    $session = new Session('advisory', [], $server);
    $dsn = hosts_dsn(["[fe80::1%25$interface]:$server->port"], '', ['user' => $session->user]);
    $out = $session->run('session_start(); $_SESSION["n"] = 1; echo RustSql\status()["host"];', ['rustsql.dsn' => $dsn]);
    echo strtr($out, [$server->port => 'PORT']), $session->stored(), "\n";
}
?>
--EXPECT--
[fe80::1%lo]:PORT
n|i:1;
[fe80::1%1]:PORT
n|i:1;
