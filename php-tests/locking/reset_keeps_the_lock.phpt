--TEST--
session_reset() reads the stored data again and keeps the lock
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('
        $_SESSION["n"] = 99; session_reset();
        pause((string) $_SESSION["n"]);
        session_reset(); session_reset(); var_dump(++$_SESSION["n"]);');
    $holder->write("\n");
    echo "$lock: ", $holder->readLine(), "\n";
    echo preg_replace('/waited.*/', 'waited ...', $session->run('session_start();', ['rustsql.lock_timeout' => '0']));
    $waiter = $session->start('session_start(); var_dump(++$_SESSION["n"]);');
    $session->awaitWaiters(1);
    echo $session->finish($holder), $session->finish($waiter);
}
?>
--EXPECT--
advisory: 1
Warning: rustsql: the session is locked by another request: waited ...
int(2)
int(3)
row: 1
Warning: rustsql: the session is locked by another request: waited ...
int(2)
int(3)
