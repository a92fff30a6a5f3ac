--TEST--
Processes that increment one session and then regenerate its id lose no increment of it, and none waits for ever
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $code = 'ob_start();
        for ($i = 0; $i < 20; $i++) {
            session_id("' . $session->id . '"); session_start();
            $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
            session_regenerate_id(); $_SESSION["n"] = -1; session_write_close();
        }';
    $processes = array_map(fn () => $session->start($code), range(1, 8));
    echo implode(array_map($session->finish(...), $processes)), "$lock: ", $session->stored(), "\n";
}
?>
--EXPECT--
advisory: n|i:160;
row: n|i:160;
