--TEST--
A wrong port, socket or name is told with the address, and the next session can start
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$table = new Table;
$listener = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) substr(strrchr(stream_socket_get_name($listener, false), ':'), 1);
fclose($listener);
cannot_start('wrong port', $server->dsn('', ['port' => $port]), ["cannot connect to 127.0.0.1:$port", 'refused', 'is the server running'], $table);
cannot_start('localhost', $server->dsn('', ['port' => $port, 'host' => 'localhost']), ["cannot connect to localhost:$port", 'refused'], $table);
// Other clients take its socket then.
$alone = Server::start(null, ['skip_networking' => null]);
foreach (['localhost', '127.0.0.1'] as $host) {
    $dsn = $alone->dsn('', ['host' => $host]);
    cannot_start('a server on its socket alone', $dsn, ["cannot connect to $host:$alone->port", 'listens only on its socket', '?socket='], $table);
    session_save_path("$dsn?socket=$alone->socket");
    session_id('abc');
    same(true, session_start(), "$host, with ?socket=");
    session_write_close();
}
cannot_start('wrong socket', "mysql://app:app-secret@/app?socket=/no/such/socket", ['cannot connect to /no/such/socket', 'No such file'], $table);
cannot_start('unknown host', $server->dsn('', ['host' => 'no-such-host.invalid']), ['no-such-host.invalid', 'cannot be resolved'], $table);
echo "done\n";
--EXPECT--
done
