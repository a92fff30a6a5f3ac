--TEST--
PHP-FPM kills a worker that holds a session (request_terminate_timeout): the next request gets it at once, with the data stored last
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';

foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $persistent) {
        // A lock that outlived its holder would be held for ten minutes.
        $session = new Session($lock, ['rustsql.persistent' => $persistent]);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $host = new Fpm($session, [], ['request_terminate_timeout' => '2s']);
        [$worker] = Server::waitFor($host->workers(...));
        $slow = $host->begin('session_start(); $_SESSION["n"] = 99; time_nanosleep(60, 0);');
        // On a busy machine it may be over before anybody has seen it.
        Server::waitFor(fn () => $session->connections() || $host->workers() !== [$worker]);
        $waiter = $session->start('session_start(); echo ++$_SESSION["n"];');
        try {
            echo "$lock: answered: {$slow->wait()}\n";
        } catch (RuntimeException) {
            echo "$lock: killed\n";
        }
        echo $session->finish($waiter);
        Server::waitFor(fn () => $host->workers() && $host->workers() !== [$worker]);
        echo $host->run('ini_set("rustsql.lock_timeout", "1"); session_start(); echo $_SESSION["n"];');
    }
}
?>
--EXPECT--
advisory: killed
2
2
advisory: killed
2
2
row: killed
2
2
row: killed
2
2
