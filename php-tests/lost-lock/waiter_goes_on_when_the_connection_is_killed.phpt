--TEST--
The holder's connection is killed: the next in the queue goes on, and the holder's write is refused
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"] = 99;');
    [$connection] = $session->connections();
    $waiter = $session->start('session_start(); pause("has it"); $_SESSION["n"]++;');
    $session->awaitWaiters(1);
    $session->server->query("KILL $connection[Id]");
    echo "$lock: ", $waiter->readLine(), "\n";
    // The holder's write waits for the waiter's end.
    $holder->write("\n");
    $session->awaitWaiters(1);
    echo $session->finish($waiter), $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: has it
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row: has it
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
