--TEST--
A request is killed while it waits: the next in the queue goes on when the holder ends
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $add = 'session_start(); var_dump(++$_SESSION["n"]);';
    $dead = $session->start($add);
    $session->awaitWaiters(1);
    $next = $session->start($add);
    $session->awaitWaiters(2);
    $dead->signal(SIGKILL);
    $dead->wait();
    $seconds = Session::seconds(function () use ($session, $holder, $next, $lock) {
        echo "$lock: ", $session->finish($holder), $session->finish($next);
    });
    echo $seconds < 20 ? "at once\n" : "after $seconds s\n";
}
?>
--EXPECT--
advisory: int(3)
at once
row: int(3)
at once
