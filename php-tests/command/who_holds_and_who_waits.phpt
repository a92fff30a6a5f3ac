--TEST--
rustsql who shows who holds a session and who waits, and ends a holder with --kill
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $dsn = $session->ini['rustsql.dsn'] . '?' . http_build_query(['table' => $session->table, 'lock' => $lock]);
    $who = fn (string ...$arguments) => command(['who', ...$arguments], ['RUSTSQL_DSN' => $dsn]);
    $session->run('session_start(); $_SESSION["secret"] = "of-ann";');
    same("nobody waits for a session\n", $who()['out'], "$lock: nobody");
    $holder = $session->hold();
    $id = $session->connections()[0]['Id'];
    $waiter = $session->start('session_start(); echo "had it";');
    $session->awaitWaiters(1, 1);
    $text = $who();
    same([0, ''], [$text['exit'], $text['err']], "$lock: exit code");
    check(preg_match("~^ *session +lock +holder/waiter +connection +from +state +pid +script\n *1 +$lock +.*waiter 1 +\d+ +127.0.0.1:\d+ +waits for \d+ s~s", $text['out']) === 1, "$lock: text", $text['out']);
    check(!preg_match('~of-ann|' . preg_quote($session->id) . '~', $text['out']), "$lock: no id, no data", $text['out']);
    $queue = json_decode($who('--json')['out'], true)['sessions'][0];
    same([$lock, 1], [$queue['lock'], count($queue['waiters'])], "$lock: JSON");
    if ($lock === 'advisory') {
        check(preg_match("~^ +1 +$lock +holder +$id +127.0.0.1:\d+ +idle for \d+ s, holds it for \d+ s or longer~m", $text['out']) === 1, "$lock: holder", $text['out']);
        $none = $who('--kill', '999999', '--yes');
        same([1, "rustsql: connection 999999 holds no session that others wait for\n"], [$none['exit'], $none['err']], "$lock: no holder");
        same("connection $id was ended\n", $who('--kill', $id, '--yes')['out'], "$lock: kill");
        same('had it', trim($session->finish($waiter)), "$lock: the waiter");
        $session->finish($holder);
    } else {
        has('GRANT PROCESS ON', $text['out'], "$lock: hint");
        $session->finish($holder);
        same('had it', trim($session->finish($waiter)), "$lock: the waiter");
    }
}
echo "done\n";
--EXPECT--
done
