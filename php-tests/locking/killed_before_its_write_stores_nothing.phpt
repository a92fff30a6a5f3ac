--TEST--
A request that is killed while it holds the session, before its write, changes nothing
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    // A new session and one that was stored.
    $session = new Session($lock);
    foreach ([null, 'n|i:1;'] as $before) {
        $killed = $session->start('session_start(); $_SESSION["n"] = 99; pause("changed");');
        $killed->readLine();
        $killed->signal(SIGKILL);
        echo "$lock: ", $session->finish($killed);
        var_dump($session->stored() === $before);
        echo $session->run('session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; var_dump($_SESSION["n"]);');
    }
}
?>
--EXPECT--
advisory: killed by signal 9
bool(true)
int(1)
advisory: killed by signal 9
bool(true)
int(2)
row: killed by signal 9
bool(true)
int(1)
row: killed by signal 9
bool(true)
int(2)
