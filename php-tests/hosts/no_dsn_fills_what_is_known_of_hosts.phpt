--TEST--
A script whose DSNs name very many hosts does not make other DSNs forget which of their hosts works
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$silent = new SilentHost;
$session = new Session('advisory');
$server = $session->server;
$worker = new Worker;
$ask = function (string $what, string $user, string $more = '') use ($worker, $silent, $server): void {
    $used = $worker->refused(hosts_dsn([$silent, $server], "connect_timeout=0.3$more", ['user' => $user]));
    $used = $used === host($server) ? 'the server' : 'refused';
    echo "$what: $used, the silent host was ", $silent->connections() ? 'tried' : 'left alone', "\n";
};
/** Addresses at which nobody listens. */
$dead = fn (int $from, int $count) => array_map(fn ($n) => sprintf('127.1.%d.%d:1', $n >> 8, $n & 255), range($from, $from + $count - 1));
$fill = function () use ($worker, $dead): void {
    for ($list = 0; $list < 130; $list++) {
        $worker->refused(hosts_dsn($dead($list * 16, 16)));
    }
};
echo $worker->refused(hosts_dsn($dead(1, 130))), "\n";
$fill();
$ask('learns which host is good', Server::USER, '&retry_after=0');
$ask('knows it', Server::USER, '&retry_after=0');
$fill();
$ask('knows it still', Server::USER, '&retry_after=0');
$ask('learns which host is silent', 'nobody');
$ask('another account knows it', $session->user);
?>
--EXPECT--
session_start(): rustsql: session.save_path: it lists 130 hosts: at most 16 are allowed
learns which host is good: the server, the silent host was tried
knows it: the server, the silent host was left alone
knows it still: the server, the silent host was left alone
learns which host is silent: refused, the silent host was tried
another account knows it: the server, the silent host was left alone
