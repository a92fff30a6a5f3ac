--TEST--
Galera: if a node fails, the next one is used, also during a request; a node that lost its cluster is skipped and named
--SKIPIF--
<?php require __DIR__ . '/../inc/galera.php'; Galera::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/galera.php';
require __DIR__ . '/../inc/hosts.php';

$nodes = Galera::start();
$table = new Session('auto', [], $nodes[2]);
$account = $table->user;
$session = fn (array $hosts) => new Session('auto', ['rustsql.dsn' => hosts_dsn($hosts, '', ['user' => $account]),
    'rustsql.io_timeout' => '8', 'rustsql.connect_timeout' => '1'], $nodes[2]);
$name = fn (string $text) => preg_replace(['~\(HY000\)~', '~error (\d+) \(\w+\): [^;\n]*~'], ['', 'error $1'], strtr($text,
    [host($nodes[0]) => 'node 0', host($nodes[1]) => 'node 1', host($nodes[2]) => 'node 2']));
$increment = 'if (session_start()) { $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo RustSql\status()["host"], " ", $_SESSION["n"]; }';

$sessions = [];
foreach (['changed', 'a rival wrote', 'unchanged'] as $case) {
    $sessions[$case] = $session($nodes);
    echo "$case: ", $name($sessions[$case]->run($increment));
}
$holders = [
    'changed' => $sessions['changed']->hold('$_SESSION["n"]++;'),
    'a rival wrote' => $sessions['a rival wrote']->hold('$_SESSION["n"]++;'),
    'unchanged' => $sessions['unchanged']->hold(''),
];
// A health check before the first session, and after it: the cluster need not be told of what is only tried.
foreach (['no table' => $nodes[0]->freshTable(), 'a table' => $table->table] as $what => $of) {
    echo "ping, $what: ", $name($session($nodes)->run('foreach (RustSql\ping() as $host) { echo $host["ready"] ? "ready," : $host["error"]; }', ['rustsql.table' => $of]));
    echo $what === 'no table' && $nodes[1]->query("SHOW TABLES FROM app LIKE '$of'") ? "a table was made\n" : '';
}
$nodes[0]->kill();
echo 'a new request: ', $name($sessions['a rival wrote']->run($increment));
// What node 1 is told, node 2 may not have in its tables at once.
$nodes[2]->query('SET SESSION wsrep_sync_wait = 1');
foreach ($holders as $case => $holder) {
    echo "$case: ", $name($sessions[$case]->finish($holder)), $sessions[$case]->stored(), "\n";
}
$nodes[2]->query('SET SESSION wsrep_sync_wait = 0');
Galera::awaitSize($nodes[2], 2);

// The last two of three: when one goes without a word, the other has lost its cluster.
$one = $session($nodes);
echo 'two nodes are left: ', $name($one->run($increment));
$on_last = $session([$nodes[2]]);
$on_last->run($increment);
$holder = $on_last->hold('$_SESSION["n"]++;');
$late = $session([$nodes[2]]);
$late->run($increment);
$late_holder = $late->hold('$_SESSION["n"]++;');
$nodes[1]->kill();
// At once, while the last node still waits for the other: nobody may be told that this was written.
$seconds = Session::seconds(function () use ($on_last, $holder, &$said) {
    $said = $on_last->finish($holder);
});
echo 'written at once: ', preg_match('~^Warning: rustsql: [^\n]*\n$~', $said) ? "one warning\n" : $said;
echo $seconds < 3 * (8 + 1) + 3 ? '' : "in $seconds seconds\n";
Galera::awaitMinority($nodes[2]);
foreach (['' => 'a request', 'ini_set("rustsql.read_only", 1);' => 'read_only=1'] as $set => $what) {
    $seconds = Session::seconds(function () use ($one, $set, $increment, &$said) {
        $said = $one->run("$set $increment");
    });
    echo "$what: ", $name($said), $seconds < 3 * 1 + 8 + 3 ? '' : "in $seconds seconds\n";
}
echo 'written late: ', $name($late->finish($late_holder));
echo 'ping: ', $one->run('foreach (RustSql\ping() as $host) { echo $host["reachable"] ? "reachable" : "down", $host["writable"] ? ", writable" : "", "\n"; }');
?>
--EXPECTF--
changed: node 0 1
a rival wrote: node 0 1
unchanged: node 0 1
ping, no table: ready,ready,ready,
ping, a table: ready,ready,ready,
a new request: node 1 2
changed: n|i:2;
a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
unchanged: n|i:1;
two nodes are left: node 1 1
written at once: one warning
a request: Warning: rustsql: no host can be used: cannot connect to node 0: %S; cannot connect to node 1: %S; node 2 %S
read_only=1: Warning: rustsql: no host can be used: cannot connect to node 0: %S; cannot connect to node 1: %S; node 2 %S
written late: Warning: rustsql: node 2 takes no writes: %S
ping: down
down
reachable
