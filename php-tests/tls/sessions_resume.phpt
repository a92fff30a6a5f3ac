--TEST--
New connections of a process resume its TLS session, with TLS 1.2 and 1.3 and with a client certificate
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/tls_relay.php';

const REQUESTS = 8;

$made = new Certificates;
$ca = $made->authority('ca');
$its = $made->make('its', $ca, ['DNS:localhost']);
$client = $made->make('client', $ca);
foreach (['TLSv1.2', 'TLSv1.3'] as $version) {
    $server = Server::start(null, $its->server() + ['tls_version' => $version]);
    $relay = new TlsRelay($server);
    $table = $server->freshTable();
    foreach ([[], ['tls_cert' => $client->certificate, 'tls_key' => $client->key], ['pipelined_login' => 1]] as $more) {
        $what = "$version " . implode(' ', array_keys($more));
        $hits = (int) $server->query("SHOW GLOBAL STATUS LIKE 'Ssl_session_cache_hits'")[0]['Value'];
        for ($n = 0; $n < REQUESTS; $n++) {
            same('tls', outcome($server, $table, 'localhost', $more + ['tls_ca' => $ca->certificate], ['port' => $relay->port]), $what);
        }
        $resumed = array_map(fn ($connection) => $connection->isResumed(), $relay->connections(REQUESTS));
        // The settings of the third round are those of the first.
        same([isset($more["pipelined_login"]), ...array_fill(0, REQUESTS - 1, true)], $resumed, "$what: resumed");
        if ($server->flavour === 'mysql') {
            $now = (int) $server->query("SHOW GLOBAL STATUS LIKE 'Ssl_session_cache_hits'")[0]['Value'];
            same(count(array_filter($resumed)), $now - $hits, "$what: Ssl_session_cache_hits");
        }
    }
    // Nothing of it makes the server believe that clients were cut off.
    same(0, (int) $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]['Value'], "$version: aborted clients");
}
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
