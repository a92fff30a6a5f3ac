--TEST--
A pipelined login shares no TLS record with the first packet: MariaDB's thread pool would wait for ever
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/tls_relay.php';

$made = new Certificates;
$ca = $made->authority('ca');
$flavour = getenv('RUSTSQL_TEST_FLAVOUR') ?: 'mariadb';
$server = Server::start($flavour, $made->make('its', $ca, ['DNS:localhost'])->server() + ($flavour === 'mysql' ? [] : ['thread_handling' => 'pool-of-threads']));
$relay = new TlsRelay($server);
$params = ['tls_ca' => $ca->certificate, 'pipelined_login' => 1, 'connect_timeout' => 5];
foreach (['advisory', 'row'] as $lock) {
    $table = $server->freshTable();
    // MySQL's plugin wants another packet at the first login of an account.
    same('tls', outcome($server, $table, 'localhost', ['pipelined_login' => 0] + $params), "$lock: an ordinary login");
    for ($n = 0; $n < 3; $n++) {
        same('tls', outcome($server, $table, 'localhost', $params + ['lock' => $lock], ['port' => $relay->port]), "$lock: login $n");
    }
    // No login was repeated.
    same(3, count($relay->connections(3)), "$lock: connections");
}
has('1045', outcome($server, $table, 'localhost', $params, ['port' => $relay->port, 'password' => 'another']), 'a wrong password');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
