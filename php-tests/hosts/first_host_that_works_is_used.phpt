--TEST--
Of several hosts the first that works is used, whatever form each has; those before it cost no warning
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$server = Server::shared();
$port = $server->port;
$lists = [
    'the first works' => ["127.0.0.1:$port", new DeadHost],
    'refused' => [new DeadHost, "127.0.0.1:$port"],
    'refused, a name' => [new DeadHost, "localhost:$port"],
    'refused, IPv6' => ['[::1]:1', "127.0.0.1:$port"],
    'no such name' => ["no-such-host.invalid:$port", "127.0.0.1:$port"],
    'without a port' => ['no-such-host.invalid', "127.0.0.1:$port"],
    'several' => [new DeadHost, '[::1]:1', new DeadHost, "127.0.0.1:$port", new DeadHost],
    'the same twice' => [new DeadHost, "127.0.0.1:$port", "127.0.0.1:$port"],
];
foreach (LOCKS as $lock) {
    foreach ($lists as $what => $hosts) {
        $session = new Session($lock, ['rustsql.table' => $server->freshTable()]);
        $ini = ['rustsql.dsn' => hosts_dsn($hosts, '', ['user' => $session->user])];
        foreach ([1, 2] as $n) {
            $out = $session->run('session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo RustSql\status()["host"], " ", $_SESSION["n"];', $ini);
            $host = $what === 'refused, a name' ? "localhost:$port" : "127.0.0.1:$port";
            if ($out !== "$host $n\n") {
                echo "$lock, $what: $out\n";
            }
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
