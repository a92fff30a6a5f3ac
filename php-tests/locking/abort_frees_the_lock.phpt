--TEST--
session_abort() frees the lock while the request goes on, and writes nothing
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"] = 99; session_abort(); pause("aborted");');
    $waiter = $session->start('session_start(); var_dump(++$_SESSION["n"]);');
    $session->awaitWaiters(1);
    $holder->write("\n");
    echo "$lock: ", $holder->readLine(), "\n", $session->finish($waiter), $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: aborted
int(2)
n|i:2;
row: aborted
int(2)
n|i:2;
