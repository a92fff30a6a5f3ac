--TEST--
A process forks with an open session: the child ends without a word to the server, and the parent's write succeeds
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/proxy.php';

const CHILDREN = [
    'exit' => 'exit(0);',
    'changed, exit' => '$_SESSION["n"] = 99; exit(0);',
    'session_write_close()' => '$_SESSION["n"] = 99; session_write_close(); exit(0);',
    'session_abort()' => 'session_abort(); exit(0);',
    'session_destroy()' => 'session_destroy(); exit(0);',
    'session_regenerate_id()' => '$_SESSION["n"] = 99; session_regenerate_id(); exit(0);',
    'fatal error' => 'ini_set("display_errors", 0); undefined_function();',
    'killed' => 'exec("kill -KILL " . getmypid());',
];
$proxy = new Proxy(Server::shared());
foreach (LOCKS as $lock) {
    $session = new Session($lock, ['session.gc_probability' => '0']);
    $through = ['rustsql.dsn' => $proxy->dsn('', ['user' => $session->user])];
    foreach (CHILDREN as $how => $child) {
        $session->run('session_start(); $_SESSION["n"] = 1;');
        // The child's messages are another test's: here only what the server is told.
        $code = 'session_start(); $pid = pcntl_fork(); if (!$pid) { error_reporting(0); ob_start(fn () => ""); ' . $child . ' }
            pcntl_waitpid($pid, $status); $_SESSION["n"]++;';
        echo "$lock, $how: ", $session->run($code, $through), $session->stored(), ' ', $proxy->nextConnection(), "\n";
    }
}
?>
--EXPECT--
advisory, exit: n|i:2; login query query quit
advisory, changed, exit: n|i:2; login query query quit
advisory, session_write_close(): n|i:2; login query query quit
advisory, session_abort(): n|i:2; login query query quit
advisory, session_destroy(): n|i:2; login query query quit
advisory, session_regenerate_id(): n|i:2; login query query quit
advisory, fatal error: n|i:2; login query query quit
advisory, killed: n|i:2; login query query quit
row, exit: n|i:2; login query query quit
row, changed, exit: n|i:2; login query query quit
row, session_write_close(): n|i:2; login query query quit
row, session_abort(): n|i:2; login query query quit
row, session_destroy(): n|i:2; login query query quit
row, session_regenerate_id(): n|i:2; login query query quit
row, fatal error: n|i:2; login query query quit
row, killed: n|i:2; login query query quit
