--TEST--
session_reset() reads what stands in the database now
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// Only advisory: a row that is locked cannot be changed behind the request's back.
$session = new Session('advisory');
$session->run('session_start(); $_SESSION["n"] = 1;');
$holder = $session->hold('session_reset(); var_dump($_SESSION["n"]); $_SESSION["n"]++;');
$session->server->query("UPDATE app.$session->table SET format = 0, data = 'n|i:5;'");
echo $session->finish($holder), $session->stored(), "\n";
?>
--EXPECT--
int(5)
n|i:6;
