--TEST--
TLS as a defaults file says it, the system's authorities, and a public authority beside a private tls_ca
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';

$made = new Certificates;
$ca = $made->authority('ca');
$other = $made->authority('other');
$its = $made->make('its', $ca, ['DNS:localhost']);
$server = Server::start(null, $its->server());
$table = $server->freshTable();
$client = $made->make('client', $ca);
$server->query("CREATE USER 'certified'@'%' IDENTIFIED BY 'app-secret' REQUIRE SUBJECT '/CN=client'");
$server->query("GRANT ALL ON app.* TO 'certified'@'%'");
$start = function (array $ini) use ($server): string {
    $before = handshakes($server);
    $end = php_run('echo session_start() ? "started" : "";', $ini);
    return $end['out'] !== 'started' ? $end['out'] : (handshakes($server) > $before ? 'tls' : 'plain');
};

$file = "$made->folder/my.cnf";
$client_files = "ssl-cert=$client->certificate\nssl_key=$client->key";
foreach ([
    'nothing' => ['', 'app', 'plain'],
    'a mode' => ['ssl-mode=REQUIRED', 'app', 'tls'],
    'an authority' => ["ssl-ca=$ca->certificate", 'app', 'tls'],
    'a wrong authority' => ["ssl-ca=$other->certificate", 'app', 'not signed by an authority that is trusted here'],
    'a wrong authority, and a mode that asks none' => ["ssl-mode=DISABLED\nssl-ca=$other->certificate", 'app', 'plain'],
    'as MariaDB has it' => ["ssl\nssl-ca=$ca->certificate\nssl-verify-server-cert", 'app', 'tls'],
    'a certificate of the client' => ["ssl-ca=$ca->certificate\n$client_files", 'certified', 'tls'],
    'no certificate of the client' => ["ssl-ca=$ca->certificate", 'certified', '1045'],
    'what is not supported' => ['ssl-crl=/nowhere', 'app', "'ssl-crl' is not supported"],
    'a file that is not there' => ['ssl-ca=/nowhere/ca.pem', 'app', 'rustsql.tls_ca: /nowhere/ca.pem cannot be read'],
] as $what => [$lines, $user, $expected]) {
    file_put_contents($file, "[client]\nuser=$user\npassword=app-secret\nhost=localhost\nport=$server->port\ndatabase=app\n$lines\n");
    $ini = ['rustsql.defaults_file' => $file, 'rustsql.table' => $table];
    has($expected, $start($ini), "defaults file: $what");
    // A setting wins over the file.
    has($user === 'app' && !str_contains($expected, 'ssl-crl') ? 'plain' : $expected, $start($ini + ($user === 'app' ? ['rustsql.tls' => 'disabled'] : [])), "tls=disabled beside a defaults file: $what");
}

// The system's authorities, where none is named. They are not trusted beside one that is.
$dsn = fn (array $params) => ['rustsql.dsn' => $server->dsn(http_build_query($params + ['table' => $table]), ['host' => 'localhost'])];
$none = "$made->folder/none.pem";
file_put_contents($none, '');
foreach ([[$ca->certificate, 'tls', 'tls'], [$other->certificate, 'not signed by an authority that is trusted here', 'tls'], [$none, 'this system has no certificate authorities', 'tls']] as [$system, $without, $with]) {
    putenv("SSL_CERT_FILE=$system");
    putenv('SSL_CERT_DIR=/nowhere');
    foreach (['verify_ca', 'verify_identity'] as $mode) {
        $what = basename($system) . " is the system's, $mode";
        has($without, $start($dsn(['tls' => $mode])), "$what, without tls_ca");
        has($with, $start($dsn(['tls' => $mode, 'tls_ca' => $ca->certificate])), "$what, with tls_ca");
    }
    has('not signed by an authority that is trusted here', $start($dsn(['tls_ca' => $other->certificate])), basename($system) . " is the system's, a private tls_ca of another authority");
    same('tls', $start($dsn(['tls' => 'required'])), basename($system) . " is the system's, required");
}

has('TLS => rustls 0.23, TLS 1.2 and 1.3', php_run('(new ReflectionExtension("rustsql"))->info();')['out'], 'phpinfo');

// What concerns all hosts is told once.
$said = $start(['rustsql.dsn' => $server->dsn("table=$table&tls_ca=/nowhere", ['host' => '127.0.0.1,localhost'])]);
same(1, substr_count($said, '/nowhere cannot be read'), "two hosts: $said");
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
