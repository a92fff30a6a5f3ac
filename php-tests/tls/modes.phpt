--TEST--
Each mode of rustsql.tls accepts and refuses what the table in docs/tls.md says
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';

const MODES = ['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'];

$made = new Certificates;
$ca = $made->authority('ca');
$other = $made->authority('other');
$names = ['DNS:localhost', 'IP:' . NO_LOOPBACK];
$good = $made->make('good', $ca, $names);
$its = $made->make('its', $ca, $names);
$server = Server::start(null, $its->server());
$without = server_without_tls();
$table = $server->freshTable();

$certificates = [
    'good' => [$good, ['plain', 'tls', 'tls', 'tls', 'tls']],
    'RSA' => [$made->make('rsa', $ca, $names, algorithm: 'RSA'), ['plain', 'tls', 'tls', 'tls', 'tls']],
    'another name' => [$made->make('name', $ca, ['DNS:db.example.org', 'IP:10.1.2.3']), ['plain', 'tls', 'tls', 'tls',
        'its certificate is for db.example.org, 10.1.2.3, not for ' . NO_LOOPBACK . '; use the certificate\'s host name']],
    'no SAN' => [$made->make('localhost', $ca), ['plain', 'tls', 'tls', 'tls', 'no subjectAltName); set rustsql.tls = verify_ca']],
    'another authority' => [$made->make('foreign', $other, $names), ['plain', 'tls', 'tls',
        ...array_fill(0, 2, 'its certificate is not signed by an authority that is trusted here; set rustsql.tls_ca')]],
    'self-signed' => [$made->make('self', null, $names), ['plain', 'tls', 'tls', ...array_fill(0, 2, 'its certificate is self-signed; ')]],
    'self-signed authority' => [$made->make('selfca', null, $names, ['basicConstraints=CA:TRUE']),
        ['plain', 'tls', 'tls', ...array_fill(0, 2, 'its certificate is self-signed; ')]],
    'expired' => [$made->make('old', $ca, $names, days: [-9, -2]), ['plain', 'tls', 'tls',
        ...array_fill(0, 2, 'has expired 2 days ago; renew')]],
    'not yet valid' => [$made->make('new', $ca, $names, days: [3, 9]), ['plain', 'tls', 'tls',
        ...array_fill(0, 2, 'becomes valid in 3 days; is the clock')]],
    'version 1' => [$made->make('v1', $ca, [], null), ['plain', 'tls', 'tls',
        ...array_fill(0, 2, 'version 1 of X.509, which cannot be verified; create it again')]],
];
foreach ($certificates as $what => [$files, $expected]) {
    use_certificate($server, $its, $files);
    foreach (MODES as $number => $mode) {
        // The authority is given to the modes that ask it.
        $params = ['tls' => $mode] + (str_starts_with($mode, 'verify') ? ['tls_ca' => $ca->certificate] : []);
        has($expected[$number], outcome($server, $table, NO_LOOPBACK, $params), "$what, $mode");
    }
}

// Loopback is plain under `preferred` alone.
use_certificate($server, $its, $good);
foreach (['127.0.0.1' => ['plain', 'plain', 'tls', 'tls', 'its certificate is for localhost, 0.0.0.0, not for 127.0.0.1; '],
    'localhost' => ['plain', 'plain', 'tls', 'tls', 'tls']] as $host => $expected) {
    foreach (MODES as $number => $mode) {
        $params = ['tls' => $mode] + (str_starts_with($mode, 'verify') ? ['tls_ca' => $ca->certificate] : []);
        has($expected[$number], outcome($server, $table, $host, $params), "$host, $mode");
    }
}

// An authority that is given is asked, alone.
foreach ([[[], 'tls', 'not signed by an authority that is trusted here'], [['tls' => 'preferred'], 'tls', 'not signed by an authority that is trusted here'],
    [['tls' => 'required'], 'tls', 'not signed by an authority that is trusted here'], [['tls' => 'disabled'], 'plain', 'plain']] as [$params, $right, $wrong]) {
    same($right, outcome($server, $table, 'localhost', $params + ['tls_ca' => $ca->certificate]), 'the right authority, ' . json_encode($params));
    has($wrong, outcome($server, $table, 'localhost', $params + ['tls_ca' => $other->certificate]), 'the wrong authority, ' . json_encode($params));
}
use_certificate($server, $its, $certificates['another name'][0]);
has('its certificate is for', outcome($server, $table, 'localhost', ['tls_ca' => $ca->certificate]), 'tls_ca alone compares names');
same('tls', outcome($server, $table, 'localhost', ['tls' => 'required', 'tls_ca' => $ca->certificate]), 'required compares no names');

// The certificates that MySQL makes itself.
if ($server->flavour === 'mysql') {
    $own = Server::shared();
    $params = ['tls_ca' => $own->query('SELECT @@datadir AS folder')[0]['folder'] . 'ca.pem'];
    same('tls', outcome($own, $table, 'localhost', ['tls' => 'verify_ca'] + $params), "MySQL's own certificates, verify_ca");
    has('its certificate has no name to compare', outcome($own, $table, 'localhost', $params), "MySQL's own certificates, verify_identity");
}

// No TLS at the server.
$no = 'it offers no TLS; rustsql.tls requires it';
foreach (['plain', 'plain', $no, $no, $no] as $number => $expected) {
    $params = ['tls' => MODES[$number]] + ($number > 2 ? ['tls_ca' => $ca->certificate] : []);
    has($expected, outcome($without, $table, NO_LOOPBACK, $params), 'without TLS, ' . MODES[$number]);
}
has($no, outcome($without, $table, NO_LOOPBACK, ['tls_ca' => $ca->certificate]), 'without TLS, tls_ca alone');

// A socket is never encrypted.
foreach (MODES as $mode) {
    session_save_path($server->socketDsn("table=$table&tls=$mode&tls_ca=" . rawurlencode($ca->certificate)));
    session_id('abc');
    $before = handshakes($server);
    same(true, session_start() && session_write_close(), "socket, $mode");
    same($before, handshakes($server), "socket, $mode: handshakes");
}
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
