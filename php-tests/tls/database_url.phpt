--TEST--
rustsql.dsn takes a DATABASE_URL as frameworks and hosting companies print it
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';

$made = new Certificates;
$ca = $made->authority('ca');
$other = $made->authority('other');
$client = $made->make('client', $ca);
$server = Server::start(null, $made->make('its', $ca, ['DNS:localhost'])->server());
$server->query("CREATE USER 'changed'@'%' IDENTIFIED BY '!ChangeMe!'");
$server->query("CREATE USER 'certified'@'%' IDENTIFIED BY 'app-secret' REQUIRE SUBJECT '/CN=client'");
$server->query("GRANT ALL ON app.* TO 'changed'@'%'");
$server->query("GRANT ALL ON app.* TO 'certified'@'%'");

// As php.ini has it, from the environment.
file_put_contents("$made->folder/php.ini", 'rustsql.dsn = "${DATABASE_URL}"' . "\n");
putenv('PHP_INI_SCAN_DIR=');
$start = function (string $url, array $ini = []) use ($made, $server): string {
    putenv("DATABASE_URL=$url");
    $before = handshakes($server);
    $command = array_diff(php_command($ini), ['-n']);
    array_splice($command, 1, 0, ['-c', "$made->folder/php.ini"]);
    $end = (new PhpProcess([...$command, '-r', 'if (session_start()) { $_SESSION["n"] = 1; session_write_close(); echo "stored"; }']))->wait();
    check(!str_contains($end['out'], 'app-secret'), 'no password', $end['out']);
    return $end['out'] !== 'stored' ? $end['out'] : (handshakes($server) > $before ? 'tls' : 'plain');
};

$at = "localhost:$server->port/app";
$app = "app:app-secret@$at";
foreach ([
    'Symfony' => ["mysql://changed:!ChangeMe!@127.0.0.1:$server->port/app?serverVersion=8.0.32&charset=utf8mb4", 'plain'],
    'Symfony, MariaDB' => ["mysql://changed:%21ChangeMe%21@$at?serverVersion=10.11.2-MariaDB&charset=utf8mb4", 'plain'],
    'Doctrine' => ["pdo-mysql://$app?charset=utf8mb4&driver=pdo_mysql", 'plain'],
    'Laravel, a socket' => ["mysql://app:app-secret@localhost/app?unix_socket=$server->socket&charset=utf8mb4&collation=utf8mb4_unicode_ci", 'plain'],
    'Rails' => ["mysql2://$app?encoding=utf8mb4&pool=5&reconnect=true", 'plain'],
    'Heroku with ClearDB' => ["mysql://$app?reconnect=true", 'plain'],
    'DigitalOcean, Aiven' => ["mysql://$app?ssl-mode=REQUIRED", 'tls'],
    'Scalingo' => ["mysql://$app?useSSL=true&verifyServerCertificate=false", 'tls'],
    'MySQL Shell' => ["mysql://$app?ssl-mode=VERIFY_IDENTITY&ssl-ca=" . rawurlencode($ca->certificate), 'tls'],
    'a client certificate' => ["mysql://certified:app-secret@$at?ssl_ca=$ca->certificate&ssl_cert=$client->certificate&ssl_key=$client->key", 'tls'],
    'Prisma, strict' => ["mysql://$app?sslaccept=strict&connect_timeout=5&connection_limit=5", 'not signed by an authority that is trusted here'],
    'another authority' => ["mysql://$app?ssl-mode=VERIFY_CA&ssl-ca=$other->certificate", 'not signed by an authority that is trusted here'],
    'another mode' => ["mysql://$app?ssl-mode=STRICT", 'ssl-mode is not DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY'],
    'what is about security and unknown' => ["mysql://$app?ssl-crl=/nowhere", "unknown parameter 'ssl-crl'"],
    'no such parameter' => ["mysql://$app?server=1", "unknown parameter 'server'"],
] as $what => [$url, $expected]) {
    has($expected, $start($url), $what);
}
// The administrator asks for more than the URL.
$strict = ['rustsql.tls' => 'verify_identity', 'rustsql.tls_ca' => $ca->certificate];
same('tls', $start("mysql://$app?sslaccept=strict", $strict), 'Prisma, with the authority');
has('not signed by an authority that is trusted here', $start("mysql://$app?ssl-mode=REQUIRED", ['rustsql.tls_ca' => $other->certificate] + $strict), 'stricter settings');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
