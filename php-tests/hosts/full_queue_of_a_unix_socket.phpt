--TEST--
A Unix socket whose server takes no more connections is waited for no longer than connect_timeout
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$path = sys_get_temp_dir() . '/rustsql-full-' . getmypid();
$context = stream_context_create(['socket' => ['backlog' => 0]]);
$listener = stream_socket_server("unix://$path", $code, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
// The first waits in the queue, and fills it.
$queue = [stream_socket_client("unix://$path")];

$code = 'var_dump(session_start());';
echo php_run($code, ['rustsql.dsn' => "mysql://app:secret@localhost/app?socket=$path&connect_timeout=0.5"], timeout: 10)['out'];
unlink($path);
?>
--EXPECTF--
Warning: session_start(): rustsql: cannot connect to %srustsql-full-%d: no answer in time; %s in Command line code on line 1

Warning: session_start(): Failed to read session data: rustsql (path: %S) in Command line code on line 1
bool(false)
