--TEST--
The connection is killed while a request holds the session, and another request writes: that one's data stays
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach ([true, false] as $stored) {
        $session = new Session($lock);
        if ($stored) {
            $session->run('session_start(); $_SESSION["n"] = 1;');
        }
        $holder = $session->hold('$_SESSION["n"] = 99;');
        $session->loseConnection();
        $session->run('session_start(); $_SESSION["n"] = 2;');
        echo $lock, $stored ? ', stored: ' : ', new: ', $session->finish($holder), $session->stored(), "\n";
    }
}
?>
--EXPECT--
advisory, stored: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
advisory, new: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row, stored: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row, new: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
