--TEST--
RustSql\ping() compares the certificate with the DSN's name at each address of that name, as a session does
--SKIPIF--
<?php
require __DIR__ . '/../inc/hosts.php';
skip_names();
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';
require __DIR__ . '/../inc/tls.php';

$certificates = new Certificates;
$ca = $certificates->authority('ca');
$one = Server::start(null, ['bind_address' => '127.0.1.1'] + $certificates->make('db', $ca, ['DNS:db'])->server());
$two = Server::start(null, ['bind_address' => '127.0.1.2', 'port' => (string) $one->port]
    + $certificates->make('other', $ca, ['DNS:other'])->server());
$file = tempnam(sys_get_temp_dir(), 'hosts');
PhpProcess::$prefix = names_prefix($file, ['127.0.1.1 db', '127.0.1.2 db']);
$ini = ['rustsql.dsn' => hosts_dsn(["db:$one->port"], 'tls=verify_identity&tls_ca=' . rawurlencode($ca->certificate))];

same("db:$one->port (127.0.1.1)", php_run('session_start(); echo RustSql\status()["host"];', $ini)['out'], 'a session');
$pinged = json_decode(php_run('echo json_encode(RustSql\ping());', $ini)['out'], true);
same(["db:$one->port (127.0.1.1)", "db:$one->port (127.0.1.2)"], array_column($pinged, 'host'), 'hosts');
same([true, false], array_column($pinged, 'ready'), 'ready');
same(null, $pinged[0]['error'], 'the first');
has('its certificate is for other, not for db', (string) $pinged[1]['error'], 'the second');
unlink($file);
echo "done\n";
?>
--EXPECT--
done
