--TEST--
300 waiting requests are killed: their connections and places in the queue are gone, and the holder is not affected
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const WAITERS = 300;
/** A row lock's waiter stays in the queue so long though its client is dead; the server looks after that of GET_LOCK itself. */
const LOCK_TIMEOUT = ['advisory' => '60', 'row' => '15'];
const LEAVES_WITHIN = ['advisory' => 40, 'row' => 15 + 30];

// Each is a process and a connection of its own, and cheaper than a PHP that starts from nothing.
$waiters = '
    for ($i = 0; $i < ' . WAITERS . '; $i++) {
        if (!$pid = pcntl_fork()) {
            session_start();
            exit(0);
        }
        $pids[] = $pid;
    }
    pause(implode(" ", $pids));';

$server = Server::start(null, ['max_connections' => (string) (WAITERS + 20)]);
foreach (LOCKS as $lock) {
    foreach (['holder ends later', 'holder ends at once'] as $case) {
        $session = new Session($lock, [], $server);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $holder = $session->hold('$_SESSION["n"]++;');
        $parent = $session->start($waiters, ['rustsql.lock_timeout' => LOCK_TIMEOUT[$lock]]);
        $pids = explode(' ', $parent->readLine());
        $session->awaitWaiters(WAITERS);
        foreach ($pids as $pid) {
            posix_kill((int) $pid, SIGKILL);
        }
        if ($case === 'holder ends later') {
            Server::waitFor(fn () => count($session->connections()) === 1, LEAVES_WITHIN[$lock]);
        }
        echo "$lock, $case: ", $session->finish($holder);
        $seconds = Session::seconds(function () use ($session) {
            echo $session->run('var_dump(session_start()); var_dump($_SESSION["n"]);');
        });
        // It is in nobody's queue, so that it has not waited for anybody's timeout.
        echo $seconds < 12 ? "at once\n" : "after $seconds seconds\n";
        Server::waitFor(fn () => !$session->connections());
        $session->finish($parent);
    }
}
?>
--EXPECT--
advisory, holder ends later: bool(true)
int(2)
at once
advisory, holder ends at once: bool(true)
int(2)
at once
row, holder ends later: bool(true)
int(2)
at once
row, holder ends at once: bool(true)
int(2)
at once
