--TEST--
A connection that was idle for longer than persistent_idle is not used again; it closes by itself, also without a request
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

const ID = 'session_start(); echo RustSql\status()["connection_id"]; $_SESSION["n"] = 1;';
$left = [];
foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start();'); // The table is there.
    $idleFor = function (string $id, int $seconds) use ($session): void {
        Server::waitFor(fn () => array_filter($session->connections(), fn ($row) => $row['Id'] == trim($id) && $row['Time'] >= $seconds));
    };
    $host = new FastCgiWorker($session, ['rustsql.persistent_idle' => '1']);
    $first = $host->run(ID);
    $idleFor($first, 2);
    $second = $host->run(ID);
    echo "$lock: ", is_numeric(trim($second)) && $first !== $second ? 'another connection' : "first $first, then $second", "\n";
    $left[] = [$session, $host, $second];

    // Within the time it is the same, also when it had to be asked whether it is still there.
    $host = new FastCgiWorker($session, ['rustsql.persistent_idle' => '60']);
    $first = $host->run(ID);
    $idleFor($first, 2);
    echo $host->run(ID) === $first ? '' : "$lock: not the same connection after two seconds\n";
    $host->end();
}
// The thread looks every half minute.
foreach ($left as [$session, $host, $last]) {
    Server::waitFor(fn () => !array_filter($session->connections(), fn ($row) => $row['Id'] == trim($last)));
    echo "$session->lock: gone by itself\n", trim($host->run(ID)) > 0 ? '' : "no session afterwards\n";
}
?>
--EXPECT--
advisory: another connection
row: another connection
advisory: gone by itself
row: gone by itself
