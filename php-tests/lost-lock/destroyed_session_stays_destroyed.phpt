--TEST--
A session that is destroyed by another request, while this one's lock was lost, does not come back
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    foreach (['$_SESSION["n"] = 99;', ''] as $change) {
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $session->age();
        $holder = $session->hold($change);
        $session->loseConnection();
        $session->run('session_start(); session_destroy();');
        echo $lock, $change ? ': ' : ', unchanged: ', $session->finish($holder);
        var_dump($session->stored());
    }
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"] = 99;');
    $session->loseConnection();
    $session->run('session_start(); session_destroy(); ');
    $session->run('session_start(); $_SESSION["n"] = 1;');
    echo "$lock, and made again: ", $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: Warning: rustsql: the session was not written: another request has destroyed it since it was read
NULL
advisory, unchanged: NULL
advisory, and made again: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:1;
row: Warning: rustsql: the session was not written: another request has destroyed it since it was read
NULL
row, unchanged: NULL
row, and made again: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:1;
