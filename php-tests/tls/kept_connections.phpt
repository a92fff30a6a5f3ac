--TEST--
Kept connections with TLS: one handshake for many requests, the lock is free between them, and other TLS settings use another connection
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/session.php';

$made = new Certificates;
$ca = $made->authority('ca');
$server = Server::start(null, $made->make('its', $ca, ['DNS:localhost'])->server());
$tls = ['persistent' => 1, 'tls_ca' => $ca->certificate];
$large = str_repeat('x', 3_000_000);
foreach (LOCKS as $lock) {
    $session = new Session($lock, [], $server);
    $dsn = fn (array $params) => ['rustsql.dsn' => $server->dsn(http_build_query($params), ['host' => 'localhost', 'user' => $session->user])];
    $session->run('session_start();');
    $before = handshakes($server);
    $code = 'for ($n = 0; $n < 5; $n++) { session_id("abc"); session_start(); $_SESSION["n"] = 1 + ($_SESSION["n"] ?? 0); session_write_close(); } ';
    $worker = $session->start("$code pause('first'); $code pause('second'); session_start(); \$_SESSION['x'] = str_repeat('x', 3_000_000); session_write_close();
        session_start(); pause(strlen(\$_SESSION['x'])); session_write_close(); echo \$_SESSION['n'];", $dsn($tls));
    same('first', $worker->readLine(), "$lock: first");
    same(1, handshakes($server) - $before, "$lock: handshakes");

    // The lock was given back: another process takes it, and the worker sees what that has written.
    $other = $session->start('session_start(); $_SESSION["n"] += 100; session_write_close(); echo $_SESSION["n"];', $dsn(['tls_ca' => $ca->certificate, 'lock_timeout' => 5]), 'abc');
    same("105\n", $session->finish($other), "$lock: another process");
    $worker->write("go on\n");
    same('second', $worker->readLine(), "$lock: second");
    same(2, handshakes($server) - $before, "$lock: handshakes of both");
    $worker->write("go on\n");
    same('3000000', $worker->readLine(), "$lock: a large session");

    // While the worker holds it, nobody else has it.
    $waiter = $session->start('echo @session_start() ? "started" : "refused";', $dsn(['tls_ca' => $ca->certificate, 'lock_timeout' => 0]), 'abc');
    same("refused\n", $session->finish($waiter), "$lock: a session that is held");
    same("110\n", $session->finish($worker), "$lock: the end");
    $session->awaitNoConnection();
}

// A kept connection without TLS does not serve a request that wants it, nor one whose authority is another.
$table = $server->freshTable();
$before = handshakes($server);
foreach ([['plain', ['tls' => 'disabled']], ['tls', ['tls' => 'required']], ['plain', ['tls' => 'disabled']], ['tls', $tls], ['plain', $tls], ['plain', $tls]] as [$expected, $params]) {
    same($expected, outcome($server, $table, 'localhost', $params + ['persistent' => 1]), json_encode($params));
}
has('not signed by an authority that is trusted', outcome($server, $table, 'localhost', ['tls_ca' => $made->authority('other')->certificate] + $tls), 'another authority');

// The server sees that clients end properly, also while an answer is on its way.
same(0, (int) $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]['Value'], 'aborted clients');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
