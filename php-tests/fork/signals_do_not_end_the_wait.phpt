--TEST--
Signals that PHP handles do not end the wait for a lock
--SKIPIF--
<?php
if (!function_exists('pcntl_signal')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $waiter = $session->start('pcntl_async_signals(true); $seen = 0;
        foreach ([SIGUSR1, SIGALRM] as $signal) { pcntl_signal($signal, function () use (&$seen) { $seen++; }, false); }
        session_start(); var_dump(++$_SESSION["n"], $seen > 0);');
    $session->awaitWaiters(1);
    foreach ([SIGUSR1, SIGALRM, SIGUSR1] as $signal) {
        $waiter->signal($signal);
        $session->awaitWaiters(1);
    }
    echo "$lock: ", $session->finish($holder), $session->finish($waiter);
}
?>
--EXPECT--
advisory: int(3)
bool(true)
row: int(3)
bool(true)
