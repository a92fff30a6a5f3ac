--TEST--
Unless it is asked for nothing is kept: no connection after the close of the session, and no thread
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

putenv('HANDLER_INI'); // It may try the tests with another default.
foreach (LOCKS as $lock) {
    $session = new Session($lock);
    foreach (['default' => null, '0' => '0', '1' => '1'] as $setting => $value) {
        $host = new FastCgiWorker($session, $value === null ? ['rustsql.persistent' => []] : ['rustsql.persistent' => $value]);
        echo "$lock, $setting: ";
        foreach (['session_start(); $_SESSION["n"] = 1;', 'session_start(); session_write_close();'] as $code) {
            echo trim($host->run($code . 'echo ini_get("rustsql.persistent");')), ' ';
        }
        $value === '1' || $session->awaitNoConnection();
        echo count($session->connections()), ' connections, ', count(glob("/proc/$host->pid/task/*")), " threads\n";
        $host->end();
        $session->awaitNoConnection();
    }
    // Whoever asks for it in the DSN has it, and whoever does not, beside him in the same process, has not.
    $host = new FastCgiWorker($session, ['rustsql.persistent' => '0']);
    $dsn = fn (string $params) => 'session_save_path("' . $session->server->dsn($params, ['user' => $session->user]) . '"); session_start(); echo RustSql\status()["connection_id"];';
    $kept = [$host->run($dsn('persistent=1')), $host->run($dsn('persistent=0')), $host->run($dsn('')), $host->run($dsn('persistent=1'))];
    echo count(array_unique($kept)), ' connections for four requests, the last has ', $kept[3] === $kept[0] ? "the first one's" : 'another', "\n";
    $host->end();
}
?>
--EXPECT--
advisory, default: 0 0 0 connections, 1 threads
advisory, 0: 0 0 0 connections, 1 threads
advisory, 1: 1 1 1 connections, 2 threads
3 connections for four requests, the last has the first one's
row, default: 0 0 0 connections, 1 threads
row, 0: 0 0 0 connections, 1 threads
row, 1: 1 1 1 connections, 2 threads
3 connections for four requests, the last has the first one's
