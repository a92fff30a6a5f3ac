--TEST--
A signal does not end the wait for a Unix socket whose server takes no more connections
--SKIPIF--
<?php
if (!function_exists('pcntl_alarm')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$path = sys_get_temp_dir() . '/rustsql-full-' . getmypid();
$context = stream_context_create(['socket' => ['backlog' => 0]]);
$listener = stream_socket_server("unix://$path", $code, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
// The first waits in the queue, and fills it.
$queue = [stream_socket_client("unix://$path")];

$code = 'pcntl_async_signals(true); pcntl_signal(SIGALRM, fn () => fwrite(STDOUT, "a signal\n")); pcntl_alarm(1); var_dump(session_start());';
echo php_run($code, ['rustsql.dsn' => "mysql://app:secret@localhost/app?socket=$path&connect_timeout=1.5"], timeout: 10)['out'];
unlink($path);
?>
--EXPECTF--
Warning: session_start(): rustsql: cannot connect to %srustsql-full-%d: no answer in time; %s in Command line code on line 1

Warning: session_start(): Failed to read session data: rustsql (path: %S) in Command line code on line 1
a signal
bool(false)
