--TEST--
The built-in web server with workers: a request that waits for a session does not block others, and no update is lost
--FILE--
<?php
require __DIR__ . '/../inc/built_in_server.php';
require __DIR__ . '/../inc/load.php';

foreach (['advisory' => '1', 'row' => '0'] as $lock => $persistent) {
    $session = new Session($lock, ['rustsql.persistent' => $persistent]);
    $host = new BuiltInServer($session, [], 3);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $waiter = $host->begin('session_start(); echo ++$_SESSION["n"];');
    $session->awaitWaiters(1);
    $ticks = 0;
    ($load = new Load($host))->during(function () use (&$ticks) { return ++$ticks > 200; });
    echo "$lock: ", $load->report(), ', ', $session->finish($holder), $waiter->wait(), "\n";
}
?>
--EXPECT--
advisory: every request answered, 0 updates lost, 3
row: every request answered, 0 updates lost, 3
