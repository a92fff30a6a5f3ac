--TEST--
The warning of a lock timeout names process and script of a holder on the same web host: kept connections too, row locks without PROCESS too
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';

// Prints nothing until the file is gone.
const UNTIL = 'file_put_contents(__FILE__ . ".pid", getmypid()); while (file_exists("GATE")) { usleep(2000); clearstatcache(); }';
const WAIT = 'ini_set("rustsql.lock_timeout", "1"); session_start(); echo error_get_last()["message"];';

foreach (LOCKS as $lock) {
    foreach (['1', '0'] as $persistent) {
        $what = "$lock, persistent $persistent";
        $session = new Session($lock, ['rustsql.persistent' => $persistent, 'rustsql.lock_timeout' => '60', 'html_errors' => '0']);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $host = new Fpm($session, [], ['pm.max_children' => '3']);
        $file = tempnam(sys_get_temp_dir(), 'holder');
        $page = fn (string $code) => $code . strtr(UNTIL, ['GATE' => $file]);
        $process = fn (string $code) => (int) Server::waitFor(fn () => @file_get_contents($host->file($code) . '.pid'));

        // Each worker has had a request of another script, whose connection may be kept.
        $first = array_map(fn ($id) => $host->begin($page('session_start();'), $id), ['x', 'y', 'z']);
        Server::waitFor(fn () => count($session->connections()) === 3);
        unlink($file);
        array_map(fn ($request) => same('', $request->wait(), "$what: a first request"), $first);
        touch($file);

        $code = $page('session_start(); $_SESSION["n"]++;');
        $holder = $host->begin($code);
        $pid = $process($code);
        $named = ['held by connection ', ', idle for ', ", pid $pid, script " . $host->file($code)];
        // On a connection that was kept, if there are any.
        $waiter = $host->begin('session_start();');
        $session->awaitWaiters(1, 1);
        // MariaDB's list of processes has no values of a kept connection's statements.
        if ($lock === 'advisory' || $persistent === '0' || $session->server->flavour === 'mysql') {
            [$queue] = json_decode($host->run('echo json_encode(RustSql\waits());'), true);
            same([1, (string) $pid, $host->file($code), null],
                [count($queue['holders']), $queue['holders'][0]['pid'], $queue['holders'][0]['script'], $queue['hint']], "$what: waits()");
        }
        has($named, $host->run(WAIT), "$what: the warning");
        check(!str_contains($host->run(WAIT), 'PROCESS'), "$what: no GRANT is needed");

        // A killed worker leaves its note behind. The next holder is on another host.
        posix_kill($pid, SIGKILL);
        same('', $waiter->wait(), "$what: the waiter");
        $other = $session->hold('session_abort();');
        $warning = $host->run(WAIT);
        check(!str_contains($warning, "pid $pid") && !str_contains($warning, $host->file($code)), "$what: not the one that was killed", $warning);
        has($lock === 'advisory' ? 'held by connection ' : 'GRANT PROCESS ON', $warning, "$what: another host");
        same('', $session->finish($other), "$what: the other host");
        same('n|i:1;', $session->stored(), "$what: stored");
        unlink($file);
        unset($host);
    }
}
echo "done\n";
--EXPECT--
done
