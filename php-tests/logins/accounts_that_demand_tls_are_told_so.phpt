--TEST--
If an account or a server demands TLS or a certificate, the warning names the setting, and the login works with it
--FILE--
<?php
require __DIR__ . '/../inc/logins.php';
require __DIR__ . '/../inc/tls.php';

$logins = new Logins;
$server = $logins->server;
$client = $logins->certificates->make('client', $logins->authority);
$try = function (string $user, string $host, array $params) use ($logins, $server): string {
    $query = http_build_query($params, '', '&', PHP_QUERY_RFC3986);
    return $logins->outcome($user, 'default', [], ['rustsql.dsn' => "mysql://$user:its-secret@$host:$server->port/app?$query"]);
};
$logins->account('ssl', "IDENTIFIED BY 'its-secret' REQUIRE SSL");
$logins->account('x509', "IDENTIFIED BY 'its-secret' REQUIRE X509");
$certificate = ['tls' => 'required', 'tls_cert' => $client->certificate, 'tls_key' => $client->key];

$loopback = ['refuses the login', '1045', 'rustsql.tls = required', "'preferred' uses none within one machine"];
has($loopback, $try('ssl', '127.0.0.1', []), 'by loopback');
has($loopback, $try('x509', '127.0.0.1', []), 'by loopback, with a certificate');
$plain = ['refuses the login', '1045', 'This connection had no TLS', 'rustsql.tls = required'];
has($plain, $try('ssl', NO_LOOPBACK, ['tls' => 'disabled']), 'by the network');
same('in', $try('ssl', '127.0.0.1', ['tls' => 'required']), 'by loopback, as told');
same('in', $try('ssl', NO_LOOPBACK, []), 'by the network, preferred');
foreach (['127.0.0.1', NO_LOOPBACK] as $host) {
    $warning = $try('x509', $host, ['tls' => 'required']);
    has(['1045', 'REQUIRE X509', 'rustsql.tls_cert and rustsql.tls_key'], $warning, "$host, no certificate");
    check(!str_contains($warning, 'rustsql.tls = required'), "$host, no certificate: it had TLS", $warning);
    same('in', $try('x509', $host, $certificate), "$host, with its certificate");
}

// A wrong password inside TLS is no question of TLS.
$warning = $logins->outcome('ssl', 'TLS', [], [], 'wrong-secret');
has(['1045', 'user and password right'], $warning, 'a wrong password');
check(!str_contains($warning, 'rustsql.tls = required'), 'a wrong password: it had TLS', $warning);

// A server that lets nobody in without TLS.
$server->query('SET GLOBAL require_secure_transport = ON');
$logins->account('anybody', "IDENTIFIED BY 'its-secret'");
$code = $server->flavour === 'mariadb' ? '1045' : '3159';
has([$code, 'rustsql.tls = required', "within one machine"], $try('anybody', '127.0.0.1', []), 'the server, by loopback');
has([$code, 'rustsql.tls = required'], $try('anybody', NO_LOOPBACK, ['tls' => 'disabled']), 'the server, by the network');
same('in', $try('anybody', '127.0.0.1', ['tls' => 'required']), 'the server, as told');
same('in', $logins->outcome('anybody', 'socket'), 'the server, by its socket');
echo "done\n";
--EXPECT--
done
