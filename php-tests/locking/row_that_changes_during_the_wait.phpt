--TEST--
A row that another transaction changes during the wait is read in its new state, also with snapshot isolation
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// The default of MariaDB 11.8. Other servers do not know it.
$server = Server::start(null, ['loose_innodb_snapshot_isolation' => 'ON']);
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $strict) {
        foreach (['0', '1'] as $persistent) {
            $session = new Session($lock, ['rustsql.persistent' => $persistent], $server);
            $session->run('session_start(); $_SESSION["n"] = 1;');
            $waiters["$lock, strict mode $strict, persistent $persistent"] = [$session, $strict];
        }
    }
}
$server->query('START TRANSACTION');
foreach ($waiters as [$session]) {
    $server->query("UPDATE app.$session->table SET format = 0, data = 'n|i:5;'");
}
foreach ($waiters as $what => [$session, $strict]) {
    $waiters[$what][] = $session->start('session_start(); echo $_SESSION["n"]++;', ['session.use_strict_mode' => $strict]);
}
$waits = fn ($row) => strtolower((string) $row['State']) === 'statistics' && $row['Time'] >= 1;
Server::waitFor(fn () => count(array_filter($session->connections(), $waits)) === count($waiters));
$server->query('COMMIT');
foreach ($waiters as $what => [$session, , $waiter]) {
    echo "$what: ", trim($session->finish($waiter)), ', ', $session->stored(), "\n";
}
?>
--EXPECT--
advisory, strict mode 0, persistent 0: 5, n|i:6;
advisory, strict mode 0, persistent 1: 5, n|i:6;
advisory, strict mode 1, persistent 0: 5, n|i:6;
advisory, strict mode 1, persistent 1: 5, n|i:6;
row, strict mode 0, persistent 0: 5, n|i:6;
row, strict mode 0, persistent 1: 5, n|i:6;
row, strict mode 1, persistent 0: 5, n|i:6;
row, strict mode 1, persistent 1: 5, n|i:6;
