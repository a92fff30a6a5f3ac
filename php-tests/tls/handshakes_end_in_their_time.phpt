--TEST--
A server that stops during the handshake, or sends it byte by byte, costs at most connect_timeout
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/tls_relay.php';

const CONNECT = 0.4;
const MARGIN = 6; // what the processes need on a busy machine

$made = new Certificates;
$ca = $made->authority('ca');
$server = Server::start(null, $made->make('its', $ca, ['DNS:localhost'])->server());
$table = $server->freshTable();
$params = ['tls_ca' => $ca->certificate];
same('tls', outcome($server, $table, 'localhost', $params), 'at first');

foreach ([1, 200, 700] as $bytes) {
    $relays["stops $bytes bytes after the greeting"] = ['after' => $bytes];
}
$relays['goes on byte by byte'] = ['slowly' => true];
foreach ($relays as $what => $how) {
    foreach (['required', 'verify_identity'] as $mode) {
        $relay = new TlsRelay($server);
        $relay->set($how);
        $begin = hrtime(true);
        $said = outcome($server, $table, 'localhost', ['tls' => $mode, 'connect_timeout' => CONNECT] + $params, ['port' => $relay->port]);
        $seconds = (hrtime(true) - $begin) / 1e9;
        has('no answer in time', $said, "$what, $mode");
        check($seconds < CONNECT + MARGIN, "$what, $mode", $seconds);
    }
}
same('tls', outcome($server, $table, 'localhost', $params), 'at last');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
