--TEST--
The server goes down while requests wait for a session's lock: they go on at the next host, one after the other
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

foreach (LOCKS as $lock) {
    $pair = new Pair($lock);
    $session = $pair->session;
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $pair->copy();
    $holder = $session->hold('$_SESSION["n"]++;');
    $waiters = [];
    foreach ([1, 2, 3] as $n) {
        $waiters[] = $session->start('session_start(); $_SESSION["n"]++; echo RustSql\status()["host"];');
    }
    $session->awaitWaiters(3);
    $pair->a->kill();
    foreach ($waiters as $waiter) {
        echo "$lock, a waiter: ", $pair->name($session->finish($waiter));
    }
    // The holder comes last, and what the waiters wrote is newer.
    echo "$lock, the holder: ", $session->finish($holder), $pair->stored($pair->b), "\n";
}
?>
--EXPECT--
advisory, a waiter: B
advisory, a waiter: B
advisory, a waiter: B
advisory, the holder: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:4;
row, a waiter: B
row, a waiter: B
row, a waiter: B
row, the holder: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:4;
