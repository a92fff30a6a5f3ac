--TEST--
The lock of a request is lost that changes nothing: no warning, and what another request wrote stays
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach ([false, true] as $due) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        if ($due) {
            $session->age();
        }
        $holder = $session->hold();
        $session->loseConnection();
        $session->run('session_start(); $_SESSION["n"] = 2;');
        echo $lock, $due ? ', its expiry to be moved: ' : ': ', $session->finish($holder), $session->stored(), "\n";
    }
}
?>
--EXPECT--
advisory: n|i:2;
advisory, its expiry to be moved: n|i:2;
row: n|i:2;
row, its expiry to be moved: n|i:2;
