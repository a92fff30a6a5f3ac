--TEST--
RustSql\stats() has what all workers of PHP-FPM have counted, also those that were killed
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';

const STATS = 'echo json_encode(RustSql\stats());';

/** Runs in a page: waits for the file, which the test makes. */
const AWAIT = 'touch("%1$s.held"); while (!file_exists("%1$s")) { time_nanosleep(0, 1e6); clearstatcache(); }';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    // The first server is down: the first request of all tries it.
    $dsn = str_replace('@', '@127.0.0.1:1,', $session->ini['rustsql.dsn']) . '?' . http_build_query(['retry_after' => 3600,
        'table' => $session->table, 'lock' => $lock, 'store_empty' => 0, 'persistent' => 0]);
    $host = new Fpm($session, ['rustsql.dsn' => $dsn, 'session.gc_probability' => '0'], ['pm.max_children' => '4']);
    $other = new Session($lock, [], null);
    $expected = array_diff_key(RustSql\stats(), ['lock_wait' => 0, 'hold' => 0, 'round_trip' => 0]);
    $add = function (string ...$counters) use (&$expected): void {
        foreach ($counters as $counter) {
            $expected[$counter]++;
        }
    };
    // Each row has these bytes.
    $read = function (string ...$counters) use (&$expected, $add): void {
        $add('opens', 'connects', ...$counters);
        $expected['bytes_read'] += strlen('n|i:0;');
    };
    $written = function () use (&$expected, $add): void {
        $add('writes');
        $expected['bytes_written'] += strlen('n|i:0;');
    };
    /** A request that has session `$id` open until the result is called. */
    $hold = function (string $code, string $id) use ($host, $session, $read): Closure {
        $file = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        $request = $host->begin('session_start(); ' . sprintf(AWAIT, $file) . $code, $id);
        Server::waitFor(fn () => file_exists("$file.held"));
        $read();
        return function () use ($request, $file): string {
            touch($file);
            try {
                return $request->wait();
            } finally {
                array_map(unlink(...), [$file, "$file.held"]);
            }
        };
    };
    for ($round = 0; $round < 5; $round++) {
        for ($i = 0; $i < 7; $i++) {
            $host->run("session_start(); \$_SESSION['n'] = $round;", "s$i");
            $round > 0 && !in_array($i, [3, 6]) ? $read() : $add('opens', 'connects');
            $written();
        }
        $round === 0 && $add('failovers');
        $host->run('session_start(); $_SESSION["n"];', 's0');
        $read('unchanged');
        $session->age();
        $host->run('session_start();', 's1');
        $read('touches');
        $host->run('session_start(["read_and_close" => true]);', 's2');
        $read();
        $host->run('session_start(); session_destroy();', 's3');
        $read('destroys');
        if (PHP_VERSION_ID < 80600) {
            $host->run('session_start(); $_SESSION["a|b"] = 1;', 's4');
            $read('refused_other');
        }
        $holder = $session->hold('', [], 's5');
        $host->run('ini_set("rustsql.lock_timeout", 0); session_start();', 's5');
        $add('failed_opens', 'lock_timeouts', 'connects');
        $host->run('ini_set("rustsql.lock_timeout", 0); ini_set("rustsql.lock_failure", "readonly"); session_start(); $_SESSION["n"] = 8;', 's5');
        $read('lock_timeouts', 'refused_read_only');
        $waiter = $host->begin('session_start();', 's5');
        $session->awaitWaiters(1);
        $session->finish($holder);
        $waiter->wait();
        $read('waits', 'unchanged');
        // The lock is lost: nobody writes, another request writes, another one destroys.
        foreach (['' => null, '$_SESSION["n"] = 7;' => 'refused_newer', 'session_destroy();' => 'refused_destroyed'] as $meanwhile => $refused) {
            $session->awaitNoConnection();
            $finish = $hold('$_SESSION["n"] = ' . ($refused ? 9 : 5) . ';', 's6');
            $session->loseConnection();
            if ($refused) {
                $session->finish($session->start("session_start(); $meanwhile", [], 's6'));
                $session->awaitNoConnection();
            }
            $finish();
            $add('lost_locks', 'connects', ...(array) $refused);
            $refused ?? $written();
        }
        // The account may not write. The server looks at its privileges when it connects.
        $session->awaitNoConnection();
        $finish = $hold('$_SESSION["n"] = 9;', 's0');
        $session->server->query("REVOKE UPDATE ON app.* FROM '$session->user'@'%'");
        $session->loseConnection();
        $finish();
        $session->server->query("GRANT UPDATE ON app.* TO '$session->user'@'%'");
        $add('lost_locks', 'connects', 'failed_writes');
        $session->server->query("UPDATE app.$session->table SET expires = 1 WHERE id = x'" . session_key('s1') . "'");
        same('1', trim($host->run('echo RustSql\gc();')), "$lock: gc()");
        $add('connects', 'collected');
        // All workers are killed, one of them in the middle of a request. PHP-FPM starts others.
        $before = $host->workers();
        $hold('', 's2');
        array_map(fn ($pid) => posix_kill($pid, SIGKILL), $before);
        Server::waitFor(fn () => count($new = $host->workers()) === 4 && !array_intersect($new, $before));
        $session->awaitNoConnection();
        $host->run("session_start(); \$_SESSION['n'] = 0;", 's1');
        $add('opens', 'connects');
        $written();
    }
    $stats = json_decode($host->run(STATS), true);
    // On a busy machine a lock that is free takes more than 10 ms, too.
    check($stats['waits'] >= $expected['waits'], "$lock: waits", $stats);
    same(array_replace($expected, ['waits' => 0]), array_replace(array_intersect_key($stats, $expected), ['waits' => 0]), $lock);
    // Not held: read_and_close, a read-only session, and the session that was open when its worker was killed.
    same([$expected['opens'], true], [$stats['hold']['count'] + 15, $stats['hold']['seconds'] > 0], "$lock: times that a lock was held");
    same($stats['lock_wait']['count'], array_sum($stats['lock_wait']['below']), "$lock: buckets");
    check($stats['round_trip']['count'] >= $stats['writes'], "$lock: round trips", $stats);

    // Another tenant of the same master sees its own counts alone.
    $dsn = addslashes($other->ini['rustsql.dsn'] . (str_contains($other->ini['rustsql.dsn'], '?') ? '&' : '?') . "table=$other->table");
    $theirs = json_decode($host->run("session_save_path('$dsn');" . STATS), true);
    same(0, $theirs['opens'], "$lock: another application");
    unset($host);
}
echo "done\n";
--EXPECT--
done
