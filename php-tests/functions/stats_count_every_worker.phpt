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

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.store_empty' => '0']);
    $host = new Fpm($session, [], ['pm.max_children' => '4']);
    $other = new Session($lock, [], null);
    $expected = array_fill_keys(['opens', 'failed_opens', 'writes', 'touches', 'unchanged', 'destroys', 'refused_newer', 'refused_destroyed',
        'refused_other', 'lock_timeouts', 'bytes_written'], 0);
    $add = function (string ...$counters) use (&$expected): void {
        foreach ($counters as $counter) {
            $expected[$counter]++;
        }
    };
    for ($round = 0; $round < 5; $round++) {
        for ($i = 0; $i < 6; $i++) {
            $host->run("session_start(); \$_SESSION['n'] = $round;", "s$i");
            $add('opens', 'writes');
            $expected['bytes_written'] += strlen('n|i:0;');
        }
        $host->run('session_start(); $_SESSION["n"];', 's0');
        $add('opens', 'unchanged');
        $session->age();
        $host->run('session_start();', 's1');
        $add('opens', 'touches');
        $host->run('session_start(["read_and_close" => true]);', 's2');
        $add('opens');
        $host->run('session_start(); session_destroy();', 's3');
        $add('opens', 'destroys');
        $host->run('session_start(); $_SESSION["a|b"] = 1;', 's4');
        $add('opens', PHP_VERSION_ID < 80600 ? 'refused_other' : 'opens');
        $expected['opens'] -= PHP_VERSION_ID < 80600 ? 0 : 1;
        $holder = $session->hold('', [], 's5');
        $host->run('ini_set("rustsql.lock_timeout", 0); session_start();', 's5');
        $add('failed_opens', 'lock_timeouts');
        $session->finish($holder);
        // All workers are killed. PHP-FPM starts others.
        $before = $host->workers();
        array_map(fn ($pid) => posix_kill($pid, SIGKILL), $before);
        Server::waitFor(fn () => count($new = $host->workers()) === 4 && !array_intersect($new, $before));
    }
    $stats = json_decode($host->run(STATS), true);
    same($expected, array_replace($expected, array_intersect_key($stats, $expected)), $lock);
    same([$expected['opens'], true], [$stats['hold']['count'] + 5, $stats['hold']['seconds'] > 0], "$lock: times that a lock was held");
    same($stats['lock_wait']['count'], array_sum($stats['lock_wait']['below']), "$lock: buckets");
    check($stats['round_trip']['count'] >= $stats['writes'] && $stats['connects'] >= $stats['opens'], "$lock: round trips", $stats);

    // Another tenant of the same master sees its own counts alone.
    $dsn = addslashes($other->ini['rustsql.dsn'] . (str_contains($other->ini['rustsql.dsn'], '?') ? '&' : '?') . "table=$other->table");
    $theirs = json_decode($host->run("session_save_path('$dsn');" . STATS), true);
    same(0, $theirs['opens'], "$lock: another application");
    unset($host);
}
echo "done\n";
--EXPECT--
done
