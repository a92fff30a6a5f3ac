--TEST--
RustSql\ping() tells of each host of the list, in its order, whatever failed before
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/hosts.php';

[$silent, $dead, $server, $replica] = [new SilentHost, new DeadHost, Server::shared(), Server::start()];
$replica->query('SET GLOBAL read_only = 1');
$hosts = [$silent, $dead, $replica, $server];
session_save_path(hosts_dsn($hosts, 'connect_timeout=1'));
foreach (['at first', 'after a request'] as $when) {
    $seconds = Session::seconds(function () use (&$answers) {
        $answers = RustSql\ping();
    });
    same(array_map(host(...), $hosts), array_column($answers, 'host'), "$when: hosts");
    same([false, false, true, true], array_column($answers, 'reachable'), "$when: reachable");
    same([false, false, false, true], array_column($answers, 'writable'), "$when: writable");
    same([null, null, $replica->query('SELECT VERSION() AS v')[0]['v'], $server->query('SELECT VERSION() AS v')[0]['v']],
        array_column($answers, 'version'), "$when: version");
    has('no answer in time', (string) $answers[0]['error'], "$when: the silent one");
    has('refused', (string) $answers[1]['error'], "$when: the dead one");
    same([false, false, false, true], array_column($answers, 'ready'), "$when: ready");
    has('read_only is on', (string) $answers[2]['error'], "$when: the replica");
    same(null, $answers[3]['error'], "$when: error of the good one");
    check($answers[0]['milliseconds'] >= 1000, "$when: milliseconds of the silent one", $answers[0]);
    check($seconds < 4 * 1 + 5, "$when: in time", $seconds);
    same([], warnings(), "$when: warnings");
    session_id('abc');
    session_start();
    same(host($server), RustSql\status()['host'] ?? null, "$when: a session");
    session_write_close();
}
echo "done\n";
?>
--EXPECT--
done
