--TEST--
A script that uses another session through SessionHandler keeps the lock of its own session, and overwrites nobody's data
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const HANDLER = 'class Handler extends SessionHandler {} $handler = new Handler; session_set_save_handler($handler);';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_id("other"); session_start(); $_SESSION["o"] = 1;');
    $session->run('session_start(); $_SESSION["n"] = 1;');

    // A rival of the own session waits until its end.
    $holder = $session->start(HANDLER . 'session_start(); $other = $handler->read("other"); pause("read"); $_SESSION["n"]++; session_write_close(); echo $other, "\n";');
    $holder->readLine();
    $rival = $session->start('session_start(); $_SESSION["n"] *= 10;');
    $session->awaitWaiters(1);
    echo "$lock: ", $session->finish($holder), $session->finish($rival), $session->stored(), "\n";

    // The lock of the own session is lost after that.
    $holder = $session->start(HANDLER . 'session_start(); $handler->read("other"); pause("read"); $_SESSION["n"] = 0;');
    $holder->readLine();
    foreach ($session->connections() as $connection) {
        $session->server->query("KILL $connection[Id]");
    }
    $session->awaitNoConnection();
    $session->run('session_start(); $_SESSION["n"]++;');
    echo $session->finish($holder), $session->stored(), "\n";

    // What was read of the other one is compared, too.
    $holder = $session->start(HANDLER . 'session_start(); $data = $handler->read("other"); pause("read"); var_dump($handler->write("other", "o|i:9;")); session_write_close();');
    $holder->readLine();
    $session->run('session_id("other"); session_start(); $_SESSION["o"]++;');
    echo $session->finish($holder), $session->run('session_id("other"); session_start(); echo $_SESSION["o"];');
}
?>
--EXPECT--
advisory: o|i:1;
n|i:20;
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:21;
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
bool(false)
2
row: o|i:1;
n|i:20;
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:21;
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
bool(false)
2
