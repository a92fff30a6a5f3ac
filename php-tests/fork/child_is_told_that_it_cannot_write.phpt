--TEST--
A forked child's changes to its parent's session are refused with a warning
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    echo "$lock, changed: ", $session->run('session_start(); $pid = pcntl_fork(); if (!$pid) { $_SESSION["n"] = 99; exit(0); }
        pcntl_waitpid($pid, $status); $_SESSION["n"]++;'), $session->stored(), "\n";
    echo "$lock, unchanged: ", $session->run('session_start(); $pid = pcntl_fork(); if (!$pid) { exit(0); }
        pcntl_waitpid($pid, $status); $_SESSION["n"]++;'), $session->stored(), "\n";
}
?>
--EXPECT--
advisory, changed: Warning: rustsql: the session was not written: this process was forked from the one that opened it; the stored data stays
n|i:2;
advisory, unchanged: n|i:3;
row, changed: Warning: rustsql: the session was not written: this process was forked from the one that opened it; the stored data stays
n|i:2;
row, unchanged: n|i:3;
