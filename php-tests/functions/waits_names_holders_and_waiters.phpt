--TEST--
RustSql\waits() names who holds a session and who waits, as far as the account may see it, and takes no lock
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';

const LOOK = 'echo json_encode(RustSql\waits());';

// Of its own: with all rights the queues of other tests would be seen, too.
$server = Server::start();
foreach (LOCKS as $lock) {
    $session = new Session($lock, [], $server);
    $look = fn () => json_decode($session->run(LOOK), true);
    same([], $look(), "$lock: nobody waits");
    [$holders, $waiters, $pids] = [[], [], []];
    foreach (['a' => 3, 'b' => 1] as $id => $count) {
        $holders[$id] = $session->hold('', [], $id);
        for ($i = 0; $i < $count; $i++) {
            $waiters[] = $one = $session->start('session_start();', [], $id);
            $pids[$id][] = (string) $one->pid;
        }
        sort($pids[$id]);
    }
    $session->awaitWaiters(4, 1);
    foreach (['the right of a session', 'all rights'] as $rights) {
        if ($rights === 'all rights') {
            $session->server->query("GRANT PROCESS ON *.* TO '$session->user'@'%'");
            $session->server->query("GRANT SELECT ON performance_schema.* TO '$session->user'@'%'");
        }
        $queues = Server::waitFor(function () use ($look): ?array {
            usleep(200_000); // MariaDB refreshes what it tells of transactions only if nobody has asked for 0.1 s
            return count($queues = $look()) === 2 && array_sum(array_map(fn ($queue) => count($queue['waiters']), $queues)) === 4 ? $queues : null;
        });
        usort($queues, fn ($a, $b) => count($b['waiters']) <=> count($a['waiters']));
        foreach (array_combine(['a', 'b'], $queues) as $id => $queue) {
            $what = "$lock, $rights, $id";
            same($lock, $queue['lock'], "$what: lock");
            $tells = getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql'; // MariaDB's performance schema is off
            $seen = array_column($queue['waiters'], 'pid');
            sort($seen);
            same(count($pids[$id]), count($seen), "$what: waiters");
            same($tells ? $pids[$id] : array_map(fn () => null, $pids[$id]), $seen, "$what: their processes");
            check(min(array_column($queue['waiters'], 'seconds')) >= 1, "$what: seconds", $queue);
            if ($lock === 'advisory' || $rights === 'all rights') {
                same([1, null, null], [count($queue['holders']), $queue['holders'][0]['statement'] ?? null, $queue['hint']], "$what: holder");
                same($tells ? (string) $holders[$id]->pid : null, $queue['holders'][0]['pid'] ?? null, "$what: its process");
            } else {
                same([], $queue['holders'], "$what: no holder");
                has(['GRANT PROCESS ON', "'$session->user'@"], (string) $queue['hint'], "$what: hint");
            }
        }
    }
    $session->server->query("REVOKE PROCESS ON *.* FROM '$session->user'@'%'");
    $session->server->query("REVOKE SELECT ON performance_schema.* FROM '$session->user'@'%'");
    foreach ([...$holders, ...$waiters] as $process) {
        same('', $session->finish($process), "$lock: a request");
    }
    same([], $look(), "$lock: all are done");

    // On a kept connection the statement that waits is prepared: MariaDB shows it without the session's key.
    $holder = $session->hold();
    $kept = $session->start("session_id('another'); session_start(); session_write_close(); session_id('$session->id'); session_start();",
        ['rustsql.persistent' => '1']);
    $queues = Server::waitFor($look);
    same([1, 1, $lock], [count($queues), count($queues[0]['waiters']), $queues[0]['lock']], "$lock: a kept connection waits");
    same($lock === 'row', str_contains((string) $queues[0]['hint'], 'GRANT PROCESS ON'), "$lock: a kept connection, hint");
    same(['', ''], [$session->finish($holder), $session->finish($kept)], "$lock: both are done");
}
echo "done\n";
--EXPECT--
done
