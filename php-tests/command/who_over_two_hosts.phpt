--TEST--
rustsql who: 3 holders and 12 waiters on two web hosts are named rightly, in order, with and without more rights; looking takes no lock
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
require __DIR__ . '/../inc/command.php';
if (!is_executable(command_file())) {
    echo 'skip the command is not built: make command';
} else {
    NetworkHost::skip();
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/netns.php';
require __DIR__ . '/../inc/command.php';

// Of its own: the rights are those of the whole server. It tells processes, so that each client can be recognized.
$server = NetworkHost::server(['performance_schema' => 'ON']);
$host = new NetworkHost;
$server->query("SET GLOBAL log_output = 'TABLE'");

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '60'], $server);
    $hosts = [
        '127.0.0.1' => fn (Closure $start) => $start([]),
        '10.98.1.2' => fn (Closure $start) => $host->within(fn () => $start(['rustsql.dsn' => $host->dsn($session)])),
    ];
    $on = function (int $number, Closure $start) use ($hosts): array {
        $address = array_keys($hosts)[$number % 2];
        $process = $hosts[$address]($start);
        return [$process, ['pid' => (string) $process->pid, 'address' => $address]];
    };
    [$processes, $expected] = [[], []];
    foreach (['a', 'b', 'c'] as $number => $id) {
        [$processes[], $client] = $on($number, fn ($ini) => $session->hold('', $ini, "secret-id-$id"));
        $expected[$id] = ['holder' => $client, 'waiters' => []];
    }
    // Each begins to wait after the one before. Those of b come from one host alone.
    foreach (str_split('aabcababcaab') as $number => $id) {
        [$processes[], $client] = $on($id === 'b' ? 0 : $number, fn ($ini) => $session->start('session_start();', $ini, "secret-id-$id"));
        $expected[$id]['waiters'][] = $client;
        $session->awaitWaiters($number + 1);
    }
    $session->awaitWaiters(12, 1);
    $names = array_map(fn ($id) => session_lock($session->table, "secret-id-$id"), ['a', 'b', 'c']);
    $state = function () use ($server, $session, $names): array {
        $owners = $server->query('SELECT ' . implode(',', array_map(fn ($name) => "IS_USED_LOCK('$name')", $names)))[0];
        $connections = array_map(fn ($row) => [$row['Id'], $row['Command'], $row['State']], $session->connections());
        sort($connections);
        return [array_values($owners), $connections];
    };
    $before = $state();
    same($lock === 'advisory' ? 3 : 0, count(array_filter($before[0])), "$lock: locks that are held");

    foreach (['a session', 'an administrator'] as $rights) {
        $what = "$lock, the rights of $rights";
        foreach (['PROCESS ON *.*', 'SELECT ON performance_schema.*'] as $right) {
            if ($rights !== 'a session') {
                $server->query("GRANT $right TO '$session->user'@'%'");
            }
        }
        $dsn = $session->ini['rustsql.dsn'] . '?' . http_build_query(['table' => $session->table, 'lock' => $lock]);
        usleep(200_000); // MariaDB refreshes what it tells of transactions only if nobody has asked for 0.1 s
        $server->query('SET GLOBAL general_log = ON');
        $json = command(['who', '--json'], ['RUSTSQL_DSN' => $dsn]);
        $server->query('SET GLOBAL general_log = OFF');
        same([0, ''], [$json['exit'], $json['err']], "$what: exit code");
        // Without SELECT on the performance schema the server tells processes only to their own address.
        $known = fn (array $client) => $rights === 'a session' && $client['address'] !== '127.0.0.1' ? ['pid' => null] + $client : $client;
        $wanted = array_map(fn ($one) => ['holder' => [$known($one['holder'])], 'waiters' => array_map($known, $one['waiters'])], $expected);
        $seen = [];
        foreach (json_decode($json['out'], true)['sessions'] as $queue) {
            $client = fn (array $client) => ['pid' => $client['pid'], 'address' => strtok($client['address'], ':')];
            $waiters = array_map($client, $queue['waiters']);
            $id = key(array_filter($wanted, fn ($one) => $one['waiters'] === $waiters)) ?? 'an unknown one';
            $seen[$id] = ['holder' => array_map($client, $queue['holders']), 'waiters' => $waiters];
            check(min(array_column($queue['waiters'], 'seconds')) >= 1, "$what, $id: seconds", $queue);
            same([$lock, max(array_column($queue['waiters'], 'seconds'))], [$queue['lock'], $queue['held_for_at_least']], "$what, $id: lock");
            same($lock === 'row' && $rights === 'a session', $queue['hint'] !== null, "$what, $id: a hint");
        }
        ksort($seen);
        $hides = $lock === 'row' && $rights === 'a session';
        same($hides ? array_map(fn ($one) => ['holder' => []] + $one, $wanted) : $wanted, $seen, "$what: who");
        usleep(200_000);
        $text = command(['who'], ['RUSTSQL_DSN' => $dsn])['out'];
        same([12, $hides ? 0 : 3], [preg_match_all('~ waiter \d+ +\d+ +\d~', $text), preg_match_all('~ holder +\d+ +\d~', $text)], "$what: lines");
        check(!str_contains($text . $json['out'], 'secret'), "$what: no id, no data, no password", $text);

        $log = array_column($server->query("SELECT CONVERT(argument USING utf8mb4) AS a FROM mysql.general_log WHERE command_type = 'Query'"), 'a');
        $server->query('TRUNCATE mysql.general_log');
        $log = preg_grep('~PROCESSLIST|lock_waits|connect_attrs|USED_LOCK|FOR UPDATE|GET_LOCK|' . $session->table . '~', $log);
        check(count($log) >= 3, "$what: its statements", $log);
        same([], array_values(preg_grep('~FOR UPDATE|GET_LOCK|SHARE MODE|' . $session->table . '~', $log)), "$what: statements that lock or read sessions");
        same($before, $state(), "$what: locks and waiters afterwards");
    }
    $server->query("REVOKE PROCESS ON *.* FROM '$session->user'@'%'");
    $server->query("REVOKE SELECT ON performance_schema.* FROM '$session->user'@'%'");
    foreach ($processes as $process) {
        same('', $session->finish($process), "$lock: a request");
    }
}
echo "done\n";
--EXPECT--
done
