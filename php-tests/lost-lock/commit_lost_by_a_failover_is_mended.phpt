--TEST--
The server that took over lacks the last commit of a session: the request that had read it writes its newer data
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $older = $session->row();
    $session->run('session_start(); $_SESSION["n"] = 2;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $session->loseConnection();
    $session->server->query("UPDATE app.$session->table SET version = $older[version], data = '$older[data]'");
    echo "$lock: ", $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: n|i:3;
row: n|i:3;
