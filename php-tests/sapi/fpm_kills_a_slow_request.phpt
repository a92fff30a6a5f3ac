--TEST--
PHP-FPM kills a worker that holds a session (request_terminate_timeout): whoever waits for it has it at once, as stored last
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
        $host = new Fpm($session, [], ['request_terminate_timeout' => '1s']);
        echo "$lock: ", $host->run('session_start(); echo $_SESSION["n"] = 1;');
        $slow = $host->begin('session_start(); $_SESSION["n"] = 99; sleep(60);');
        Server::waitFor(fn () => $session->connections());
        $waiter = $session->start('session_start(); echo ++$_SESSION["n"];');
        $session->awaitWaiters(1);
        [$worker] = $host->workers();
        try {
            echo "answered: {$slow->wait()}\n";
        } catch (RuntimeException) {
            echo "killed\n";
        }
        echo $session->finish($waiter);
        Server::waitFor(fn () => $host->workers() && $host->workers() !== [$worker]);
        echo $host->run('ini_set("rustsql.lock_timeout", "0"); session_start(); echo $_SESSION["n"];');
    }
}
?>
--EXPECT--
advisory: 1
killed
2
2
advisory: 1
killed
2
2
row: 1
killed
2
2
row: 1
killed
2
2
