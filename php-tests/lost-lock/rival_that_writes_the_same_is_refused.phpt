--TEST--
Two requests that read the same state write the same new one, the first after it lost its lock: only one counts
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $session->loseConnection();
    $session->run('session_start(); $_SESSION["n"]++;');
    echo "$lock: ", $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
