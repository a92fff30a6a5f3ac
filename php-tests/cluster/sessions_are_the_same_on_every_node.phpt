--TEST--
Galera: row locks are used, a write is visible on every node, and no increment is lost without a warning when two nodes write
--SKIPIF--
<?php require __DIR__ . '/../inc/galera.php'; Galera::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/galera.php';
require __DIR__ . '/../inc/hosts.php';

$nodes = Galera::start();
$session = new Session('auto', [], $nodes[0]);
$on = fn (Server $node): array => ['rustsql.dsn' => hosts_dsn([$node], '', ['user' => $session->user])];

// `auto` sees the cluster, also where it is one of several hosts, and in a process that knew another server before.
foreach ($nodes as $number => $node) {
    echo "node $number: ", $session->run('session_start(); echo RustSql\status()["lock"];', $on($node));
}
echo 'behind a host that is down: ', $session->run('session_start(); echo RustSql\status()["lock"];',
    ['rustsql.dsn' => hosts_dsn([new DeadHost, ...$nodes], '', ['user' => $session->user])]);
$alone = Server::shared();
$dsns = [(new Session('auto', [], $alone))->ini['rustsql.dsn'], $on($nodes[1])['rustsql.dsn']];
echo 'a lone server and a node, in turns: ', $session->run('
    foreach ([0, 1, 0, 1] as $which) {
        session_save_path($argv[1 + $which] ?? ' . var_export($dsns, true) . '[$which]);
        session_start(); $locks[] = RustSql\status()["lock"]; session_write_close();
    }
    echo implode(" ", $locks);');

// One process after the other, each at another node, right behind the write of the one before.
for ($i = 0; $i < 30; $i++) {
    $said = $session->run('session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo $_SESSION["n"];', $on($nodes[$i % 3]));
    if ($said !== ($i + 1) . "\n") {
        echo "node ", $i % 3, ": expected ", $i + 1, ", got $said";
    }
}

// At once: a row lock holds on its own node only, and the loser is told. The table is new, and so is the session.
$session = new Session('auto', ['session.gc_probability' => '0', 'rustsql.lock_timeout' => '60'], $nodes[0]);
$increments = <<<'CODE'
    $acknowledged = 0;
    $id = session_id();
    set_error_handler(function ($level, $message) use (&$failed) {
        $failed = true;
        // Whatever is said is a refusal, not something else that went wrong.
        if (!preg_match('~another request has written newer data|rolled the statement back|Failed to (read|write) session data~', $message)) {
            fwrite(STDOUT, "$message\n");
        }
    });
    for ($i = 0; $i < 50; $i++) {
        $failed = false;
        session_id($id); // which PHP forgets when a start has failed
        if (session_start()) {
            $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
            session_write_close();
            $acknowledged += !$failed;
        }
    }
    fwrite(STDOUT, "acknowledged $acknowledged\n");
    CODE;
$processes = [];
for ($i = 0; $i < 8; $i++) {
    $processes[] = $session->start($increments, $on($nodes[$i % 2]));
}
$acknowledged = 0;
foreach ($processes as $process) {
    $said = $session->finish($process, 60);
    preg_match('~^acknowledged (\d+)$~m', $said, $count);
    $acknowledged += (int) ($count[1] ?? 0);
    echo preg_replace('~^acknowledged \d+\n~m', '', $said);
}
// By the handler, which waits until the node has what the others took.
$stored = (int) $session->run('session_start(); echo $_SESSION["n"];');
echo 'increments: ', $stored === $acknowledged ? 'stored as acknowledged' : "$stored stored, $acknowledged acknowledged", "\n";
echo $acknowledged >= 50 ? '' : "only $acknowledged of 400 were not refused\n";
foreach ($nodes as $number => $node) {
    echo "node $number: ", $session->run("session_start(); echo \$_SESSION['n'] === $acknowledged ? 'the same' : \$_SESSION['n'];", $on($node));
}
?>
--EXPECT--
node 0: row
node 1: row
node 2: row
behind a host that is down: row
a lone server and a node, in turns: advisory row advisory row
increments: stored as acknowledged
node 0: the same
node 1: the same
node 2: the same
