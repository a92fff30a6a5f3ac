--TEST--
rustsql.slow: a lock that was waited for or held for longer is a notice with the script and its process id
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.slow' => '1']);
    same('', $session->run('session_start(); $_SESSION["n"] = 1;', ['rustsql.slow' => '60']), "$lock: quick");
    $holder = $session->hold();
    $waiter = $session->start('session_start(); session_abort();');
    $session->awaitWaiters(1);
    // Long enough for both.
    $began = hrtime(true);
    Server::waitFor(fn () => hrtime(true) - $began > 12e8);
    one_warning(['the session was locked for ', "by pid $holder->pid, script ", '(rustsql.slow)'], $session->finish($holder), "$lock: the holder");
    one_warning(['waited ', 'for the lock of the session (rustsql.slow)'], $session->finish($waiter), "$lock: the waiter");
    $session->start('')->wait();
    same('', $session->run('ini_set("session.gc_maxlifetime", 1440); session_start(["read_and_close" => true]); usleep(1100000);'), "$lock: without a lock");
}
echo "done\n";
--EXPECT--
done
