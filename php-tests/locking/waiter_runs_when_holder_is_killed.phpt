--TEST--
A holder is killed with SIGKILL: the next request goes on at once with the data stored before
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '30']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold();
    $waiter = $session->start('session_start(); $_SESSION["n"]++; var_dump($_SESSION["n"]);');
    $session->awaitWaiters(1);
    $seconds = Session::seconds(function () use ($holder, $waiter, $session, $lock) {
        $holder->signal(SIGKILL);
        echo "$lock: ", $session->finish($waiter);
    });
    echo $seconds < 20 ? "at once\n" : "after $seconds s\n";
}
?>
--EXPECT--
advisory: int(2)
at once
row: int(2)
at once
