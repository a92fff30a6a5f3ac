--TEST--
With lock=unlocked the last write wins, and what was written between a request's read and its write is lost
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$session = new Session('unlocked');
$increment = '$_SESSION["n"]++; session_write_close(); var_dump($_SESSION["n"]);';
$session->run('session_start(); $_SESSION["n"] = 0;');
$first = $session->hold($increment);
$second = $session->hold($increment);
echo $session->finish($first), $session->finish($second), $session->stored(), "\n";
?>
--EXPECT--
int(1)
int(1)
n|i:1;
