--TEST--
A server that accepts and never answers costs connect_timeout and no more
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$table = new Table;
$listener = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) substr(strrchr(stream_socket_get_name($listener, false), ':'), 1);
$started = hrtime(true);
// Four starts.
cannot_start('silent', $table->server->dsn('connect_timeout=0.3', ['port' => $port]), ["cannot connect to 127.0.0.1:$port", 'no answer in time'], $table);
$seconds = (hrtime(true) - $started) / 1e9;
check($seconds >= 4 * 0.3, 'not given up early', $seconds);
check($seconds < 4 * 0.3 + 15, 'given up in time', $seconds);

// Neither when it is something else that answers, slowly.
$talker = php_start('$listener = stream_socket_server("tcp://127.0.0.1:0"); echo stream_socket_get_name($listener, false), "\n";
    for (;;) { $peer = stream_socket_accept($listener, 60); fwrite($peer, "HTTP/1.1 400 Bad Request\r\n\r\n"); $peers[] = $peer; }', ['session.save_handler' => 'files']);
$port = (int) substr(strrchr($talker->readLine(), ':'), 1);
$started = hrtime(true);
cannot_start('not a database', $table->server->dsn('connect_timeout=0.3', ['port' => $port]), ["cannot connect to 127.0.0.1:$port"], $table);
$seconds = (hrtime(true) - $started) / 1e9;
check($seconds < 4 * 0.3 + 15, 'something else: given up in time', $seconds);
$talker->signal(SIGKILL);
echo "done\n";
--EXPECT--
done
