--TEST--
rustsql.max_waiters: one more waiting request of a session fails at once; killed ones are not counted, other sessions are not affected
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';

const WAIT = 'file_put_contents(__FILE__ . ".pid", getmypid()); echo session_start() ? "had it" : error_get_last()["message"];';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.max_waiters' => '2', 'rustsql.lock_timeout' => '60']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $host = new Fpm($session, [], ['pm.max_children' => '6']);
    $holder = $session->hold();
    $waiters = [$host->begin(WAIT . '// first'), $host->begin(WAIT . '// second')];
    $session->awaitWaiters(2);

    $refused = $host->run('echo json_encode([session_start(), error_get_last()["message"]]);');
    has(['[false,', 'is locked by another request', '2 requests of this web host wait for it already (rustsql.max_waiters)'], $refused, "$lock: one more");
    $shown = $host->run('ini_set("rustsql.lock_failure", "readonly"); session_start(); echo $_SESSION["n"];');
    has(['opened read-only', '1'], $shown, "$lock: read-only");
    same('had it', trim($host->run(WAIT, 'other')), "$lock: another session");

    // A killed one makes room.
    $pid = (int) file_get_contents($host->file(WAIT . '// first') . '.pid');
    posix_kill($pid, SIGKILL);
    Server::waitFor(fn () => !in_array($pid, $host->workers(), true));
    $last = max(array_column($session->connections(), 'Id'));
    $third = $host->begin(WAIT . '// third');
    $waits = fn ($row) => $row['Id'] > $last && in_array(strtolower($row['State']), ['user lock', 'statistics']);
    Server::waitFor(fn () => array_filter($session->connections(), $waits));
    has('2 requests', $host->run('session_start(); echo error_get_last()["message"];'), "$lock: full again");
    same('', $session->finish($holder), "$lock: the holder");
    same(['had it', 'had it'], [$waiters[1]->wait(), $third->wait()], "$lock: both that waited");
    unset($host);
}
echo "done\n";
--EXPECT--
done
