--TEST--
Two first requests on the same new id queue, and the second sees what the first stored
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $add = '$_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; var_dump($_SESSION["n"]);';
    $first = $session->hold($add);
    $second = $session->start("session_start(); $add");
    $session->awaitWaiters(1);
    echo "$lock: ", $session->finish($first), $session->finish($second);

    // The first stores nothing after all.
    $session = new Session($lock, [], null, $session);
    $first = $session->hold('session_abort();');
    $second = $session->start("session_start(); $add");
    $session->awaitWaiters(1);
    echo "$lock, after an abort: ", $session->finish($first), $session->finish($second);
}
?>
--EXPECT--
advisory: int(1)
int(2)
advisory, after an abort: int(1)
row: int(1)
int(2)
row, after an abort: int(1)
