--TEST--
rustsql check tells how a host is reached: its name, TLS, a proxy, a slow login
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/liar.php';
require __DIR__ . '/../inc/proxy.php';
require __DIR__ . '/../inc/tls.php';

$good = function (string $part, string $dsn, array $arguments = []): void {
    $result = command(['check', ...$arguments], ['RUSTSQL_DSN' => $dsn]);
    same([0, ''], [$result['exit'], $result['err']], "$part: exit code");
    has("\n  ✓ $part", $result['out'], 'good');
};

// TLS: an address that is not loopback's is one of the network.
$certificates = new Certificates;
[$ca, $other] = [$certificates->authority('ca'), $certificates->authority('other')];
$server = Server::start(null, $certificates->make('db', $ca, names: ['DNS:localhost', 'IP:0.0.0.0'])->server());
$at = fn (string $host, string $params) => $server->dsn($params, ['host' => $host]);
$good('TLS: none within this machine', $at('127.0.0.1', ''));
$good('TLS: not needed over a socket', $server->socketDsn());
$good('TLS: TLSv1.3, verified (verify_identity)', $at(NO_LOOPBACK, "tls_ca=$ca->certificate"));
$good('TLS: TLSv1.3, verified (verify_ca)', $at('127.0.0.1', "tls=verify_ca&tls_ca=$ca->certificate"));
names('warning TLS: ', ['TLSv1.3, but with rustsql.tls = preferred nobody verifies', 'rustsql.tls_ca'], $at(NO_LOOPBACK, ''));
names('warning TLS: ', 'whoever can read the network', $at(NO_LOOPBACK, 'tls=disabled'));
names('fault connection: ', ['rustsql.tls_ca'], $at(NO_LOOPBACK, "tls_ca=$other->certificate"));
names('fault connection: ', ['rustsql.tls_ca', '/nowhere/ca.pem'], $at(NO_LOOPBACK, 'tls_ca=/nowhere/ca.pem'));
names('fault connection: ', ['127.0.0.1'], $at('127.0.0.1', "tls_ca=$ca->certificate"));
$plain = server_without_tls();
names('fault connection: ', ['switch TLS on at the server'], $plain->dsn('tls=required'));

// Names.
$good('name: ', $at('localhost', 'connect_timeout=5'));

// Proxies: with numbers of its own, with another connection for each statement, and without our variables.
$server = Server::shared();
$through = function (string $from, string $to) use ($server, &$proxy): string {
    $proxy = new Proxy($server, [$from => $to]);
    return $proxy->dsn();
};
names('warning proxy: ', ['its own connections', 'multiplexing is off'], $through('CONNECTION_ID()', 'ABS(9999999999)'));
names('fault proxy: ', ['changing connections', 'switch multiplexing off'], $through('CONNECTION_ID()', 'UUID_SHORT()   '));
names('fault variables: ', ['a session sets completion_type,', 'let the proxy pass SET'], $through('completion_type=0', 'completion_type=1'));
// A server that only looks like MySQL.
$liar = new Liar($server);
$liar->lie(['kind' => 'version', 'where' => 'greeting', 'at' => 1, 'every' => 1, 'bytes' => '8.0.30-Vitess']);
names('fault server: ', ['is Vitess', 'point rustsql.dsn at MySQL or MariaDB'], $liar->dsn());
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
