--TEST--
If TLS is required but not available, no byte of a login is sent, also if a relay removes TLS later in the process
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/tls_relay.php';

/** The length of a request for TLS: a header, and what a login begins with. */
const REQUEST_FOR_TLS = 4 + 32;
/** An OK packet, as the answer to a login. */
const OK = "\x07\0\0\x02\0\0\0\x02\0\0\0";

$made = new Certificates;
$ca = $made->authority('ca');
$other = $made->authority('other');
$its = $made->make('its', $ca, ['DNS:localhost', 'IP:' . NO_LOOPBACK]);
$server = Server::start(null, $its->server());
$table = $server->freshTable();
$right = ['tls_ca' => $ca->certificate];
$strict = [['tls' => 'required'], ['tls' => 'verify_ca'] + $right, ['tls' => 'verify_identity'] + $right, $right];

$try = function (TlsRelay $relay, array $params, string $expected, string $what, array $override = []) use ($server, $table): TlsConnection {
    has($expected, outcome($server, $table, NO_LOOPBACK, $params, $override + ['port' => $relay->port]), $what);
    [$connection] = $relay->connections();
    foreach ([Server::USER . "\0", Server::PASSWORD, $table] as $secret) {
        check(!$connection->isTls() || !str_contains($connection->asked, $secret), "$what: no byte of the login is readable");
    }
    return $connection;
};

// As it should be. MySQL's servers get the password itself after FLUSH PRIVILEGES: inside TLS.
foreach ([['tls' => 'preferred'], ...$strict] as $params) {
    $what = json_encode($params);
    $server->query('FLUSH PRIVILEGES');
    same(REQUEST_FOR_TLS, strlen($try(new TlsRelay($server), $params, 'tls', $what)->plain()), $what);
}

// TLS is taken out of the greeting.
foreach ($strict as $params) {
    $what = 'stripped, ' . json_encode($params);
    $relay = new TlsRelay($server);
    $relay->set(['strip' => true]);
    same('', $try($relay, $params, 'it offers no TLS; rustsql.tls requires it', $what)->asked, $what);
}

// `preferred` takes a host without TLS only if it has had none in this process.
$relay = new TlsRelay($server);
$relay->set(['strip' => true]);
$connection = $try($relay, ['tls' => 'preferred'], 'plain', 'stripped from the beginning');
check(!str_contains($connection->asked, Server::PASSWORD), 'stripped from the beginning: no password');
$relay->set([]);
$try($relay, ['tls' => 'preferred'], 'tls', 'TLS comes back');
$relay->set(['strip' => true]);
same('', $try($relay, ['tls' => 'preferred'], 'it offers no TLS; this process has used TLS with it before', 'stripped later')->asked, 'stripped later');
$relay->set([]);
$try($relay, ['tls' => 'preferred'], 'tls', 'TLS comes back again');

// It is the handshake that counts, not the login.
$relay = new TlsRelay($server);
$try($relay, ['tls' => 'preferred'], '1045', 'a wrong password', ['password' => 'another']);
$relay->set(['strip' => true]);
same('', $try($relay, ['tls' => 'preferred'], 'it offers no TLS; this process', 'stripped after a wrong password')->asked, 'stripped after a wrong password');

// A server that is not the right one gets nothing of the login.
$relay = new TlsRelay($server);
foreach (['verify_ca', 'verify_identity'] as $mode) {
    $connection = $try($relay, ['tls' => $mode, 'tls_ca' => $other->certificate], 'not signed by an authority that is trusted', "$mode, another authority");
    same(REQUEST_FOR_TLS, strlen($connection->plain()), "$mode, another authority");
}

// Bytes behind the greeting are not taken for what TLS protects.
foreach ([['tls' => 'preferred'], ...$strict] as $params) {
    foreach (['an answer' => OK, 'one byte' => "\0"] as $bytes) {
        $relay = new TlsRelay($server);
        $relay->set(['inject' => $bytes]);
        $what = 'bytes behind the greeting, ' . json_encode($params);
        $said = outcome($server, $table, NO_LOOPBACK, $params, ['port' => $relay->port]);
        check(str_contains($said, 'bytes before the TLS handshake') || str_contains($said, 'its answer is not TLS'), $what, $said);
        [$connection] = $relay->connections();
        check(!str_contains($connection->asked, Server::USER . "\0"), "$what: no login");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
