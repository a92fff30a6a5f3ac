--TEST--
Client certificates: keys in each format, what is wrong with the files, and files that change
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';

$made = new Certificates;
$ca = $made->authority('ca');
$other = $made->authority('other');
$server = Server::start(null, $made->make('its', $ca, ['DNS:localhost'])->server());
$table = $server->freshTable();
$server->query("CREATE USER 'certified'@'%' IDENTIFIED BY 'app-secret' REQUIRE SUBJECT '/CN=client'");
$server->query("GRANT ALL ON app.* TO 'certified'@'%'");
$try = fn (array $params, string $user = 'certified') => outcome($server, $table, 'localhost', $params + ['tls_ca' => $ca->certificate], ['user' => $user]);

$client = $made->make('client', $ca);
$rsa = $made->make('client', $ca, algorithm: 'RSA');
$made->openssl("pkey -in $rsa->key -traditional -out pkcs1.key");
$made->openssl("pkcs8 -topk8 -in $rsa->key -passout pass:x -out locked.key");
$made->openssl("rsa -traditional -in $rsa->key -aes128 -passout pass:x -out locked1.key");
$made->openssl("x509 -in $rsa->certificate -out rsa.pem");
$made->openssl("pkey -in $rsa->key -out pkcs8.key");
$ec = $made->make('client', $ca);
$made->openssl("ec -in $ec->key -out sec1.key");
$in = fn (string $name) => "$made->folder/$name";
foreach (['pkcs1.key' => 'BEGIN RSA PRIVATE KEY', 'pkcs8.key' => 'BEGIN PRIVATE KEY', 'sec1.key' => 'BEGIN EC PRIVATE KEY'] as $file => $begin) {
    has($begin, file_get_contents($in($file)), $file);
    $certificate = $file === 'sec1.key' ? $ec->certificate : $in('rsa.pem');
    same('tls', $try(['tls_cert' => $certificate, 'tls_key' => $in($file)]), $file);
}
has('1045', $try([]), 'no certificate, where the account wants one');

// What is wrong with the files.
file_put_contents($in('empty'), '');
file_put_contents($in('cut'), substr(file_get_contents($ec->certificate), 0, 300));
file_put_contents($in('damaged'), preg_replace('~\n.{20}~', "\n!!!!", file_get_contents($ec->certificate), 1));
mkdir($in('folder'));
foreach ([
    'another key' => [['tls_cert' => $ec->certificate, 'tls_key' => $in('pkcs8.key')], "tls_key: {$in('pkcs8.key')}: it is not the key of the certificate in $ec->certificate"],
    'no key' => [['tls_cert' => $ec->certificate], 'rustsql.tls_key: it is not set, but rustsql.tls_cert is: set both'],
    'no certificate' => [['tls_key' => $ec->key], 'rustsql.tls_cert: it is not set, but rustsql.tls_key is: set both'],
    'a locked key' => [['tls_cert' => $in('rsa.pem'), 'tls_key' => $in('locked.key')], 'rustsql.tls_key: ' . $in('locked.key') . ': the key has a password'],
    'a locked key of the old format' => [['tls_cert' => $in('rsa.pem'), 'tls_key' => $in('locked1.key')], 'the key has a password'],
    'a certificate for a key' => [['tls_cert' => $ec->certificate, 'tls_key' => $ec->certificate], "rustsql.tls_key: $ec->certificate has no private key in PEM format"],
    'a key for a certificate' => [['tls_cert' => $ec->key, 'tls_key' => $ec->key], "rustsql.tls_cert: $ec->key has no certificate in PEM format"],
    'an empty file' => [['tls_ca' => $in('empty')], "rustsql.tls_ca: {$in('empty')} has no certificate in PEM format"],
    'a damaged file' => [['tls_ca' => $in('damaged')], "rustsql.tls_ca: {$in('damaged')} is damaged"],
    'half a file' => [['tls_ca' => $in('cut')], "rustsql.tls_ca: {$in('cut')}"],
    'no file' => [['tls_ca' => '/nowhere/ca.pem'], 'rustsql.tls_ca: /nowhere/ca.pem cannot be read: No such file or directory'],
    'a folder' => [['tls_ca' => $in('folder')], "rustsql.tls_ca: {$in('folder')} is not a PEM file"],
    'a path from nowhere' => [['tls_ca' => 'ca.pem'], "rustsql.tls_ca: ca.pem is not an absolute path: begin it with '/'"],
    'an unknown mode' => [['tls' => 'on'], "'on' is not accepted: it takes disabled, preferred, required, verify_ca, verify_identity"],
] as $what => [$params, $expected]) {
    $said = $try($params);
    has($expected, $said, $what);
    check(!str_contains($said, 'PRIVATE'), "$what: nothing of the file", $said);
}
rmdir($in('folder'));

// The server knows no authority that has signed it.
$foreign = $made->make('client', $other);
has("it does not accept the client's certificate (UnknownCA); has an authority of the server's ssl_ca", $try(['tls_cert' => $foreign->certificate, 'tls_key' => $foreign->key]), 'another authority');

// Files that change are read again.
$authority = $in('authority.pem');
copy($ca->certificate, $authority);
$mine = [$in('mine.pem'), $in('mine.key')];
$now = function (CertificateFiles $files) use ($mine): void {
    copy($files->certificate, $mine[0]);
    copy($files->key, $mine[1]);
};
$client = $made->make('client', $ca);
$now($client);
$params = ['tls_ca' => $authority, 'tls_cert' => $mine[0], 'tls_key' => $mine[1]];
same('tls', $try($params), 'at first');
copy($other->certificate, $authority);
has('not signed by an authority that is trusted', $try($params), 'another authority');
copy($ca->certificate, $authority);
same('tls', $try($params), 'the authority of before');
$now($made->make('somebody', $ca));
has('1045', $try($params), 'a certificate of another subject');
$now($made->make('client', $ca));
same('tls', $try($params), 'a new certificate of the right subject');
unlink($mine[1]);
has("rustsql.tls_key: $mine[1] cannot be read", $try($params), 'a file that is gone');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
