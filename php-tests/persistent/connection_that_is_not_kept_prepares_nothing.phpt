--TEST--
A forked child, which keeps no connection, has no statement prepared on those that it has
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$server = Server::start();
$session = new Session('advisory', ['rustsql.persistent' => '1'], $server);
$session->run('session_start();'); // The table is there.
$prepared = function (string $code) use ($session, $server): int {
    $status = fn () => (int) $server->query("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'")[0]['Value'];
    $before = $status();
    echo $session->run($code);
    return $status() - $before;
};
$change = 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close();';
echo 'a process alone: ', $prepared($change), ', with its child: ',
    $prepared("$change \$pid = pcntl_fork(); if (!\$pid) { $change exit(0); } pcntl_waitpid(\$pid, \$status);"), "\n", $session->stored(), "\n";
?>
--EXPECT--
a process alone: 1, with its child: 1
n|i:3;
