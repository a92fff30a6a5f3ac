--TEST--
A child of a process with TLS makes a connection of its own, with a whole handshake, and leaves the parent's alone
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/tls_relay.php';
require __DIR__ . '/../inc/session.php';

$made = new Certificates;
$ca = $made->authority('ca');
$server = Server::start(null, $made->make('its', $ca, ['DNS:localhost'])->server());
foreach (LOCKS as $lock) {
    foreach ([0, 1] as $kept) {
        $what = "$lock, persistent=$kept";
        $session = new Session($lock, [], $server);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $relay = new TlsRelay($server);
        $dsn = $server->dsn(http_build_query(['tls_ca' => $ca->certificate, 'persistent' => $kept]), ['host' => 'localhost', 'port' => $relay->port, 'user' => $session->user]);
        // The parent's first request makes the TLS session that the others resume. It forks while it has the session.
        $code = 'session_start(); session_write_close(); session_start(); $pid = pcntl_fork();
            if (!$pid) { session_abort(); session_id("child"); session_start(); $_SESSION["n"] = 50; session_write_close(); exit(0); }
            pcntl_waitpid($pid, $status); $_SESSION["n"]++; session_write_close(); session_start(); echo $_SESSION["n"];';
        same("2\n", $session->run($code, ['rustsql.dsn' => $dsn]), $what);
        $resumed = array_map(fn ($connection) => $connection->isResumed(), $relay->connections($kept ? 2 : 4));
        // Only whole handshakes: that of the parent's first connection and that of the child's.
        same(2, count(array_keys($resumed, false)), "$what: whole handshakes");
        same($kept ? 2 : 4, count($resumed), "$what: connections");
        has('n|i:50;', $server->query("SELECT data FROM app.$session->table WHERE id = x'" . session_key('child') . "'")[0]['data'] ?? '', "$what: the child's session");
    }
}
same(0, (int) $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]['Value'], 'aborted clients');
echo "done\n";
?>
--EXPECT--
done
