--TEST--
The network fails while requests wait for a lock: they end within the timeouts, also those without a lock timeout
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
NetworkHost::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/netns.php';

const TIMEOUTS = ['rustsql.io_timeout' => '1', 'rustsql.connect_timeout' => '1', 'rustsql.lock_ttl' => '2'];
// Three unanswered probes, a second apart, then the next try to connect; the rest is what a busy machine needs, and less than lock_timeout.
const BOUND = 1 + 3 + 1 + 15;

$server = NetworkHost::server();
$host = new NetworkHost;
foreach (LOCKS as $lock) {
    foreach (['30', '-1'] as $number => $timeout) {
        $session = new Session($lock, [], $server);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $holder = $session->hold('$_SESSION["n"] = 2;');
        $ini = ['rustsql.dsn' => $host->dsn($session), 'rustsql.lock_timeout' => $timeout] + TIMEOUTS;
        $waiter = $host->within(fn () => $session->start('var_dump(session_start());', $ini));
        $session->awaitWaiters($number + 1);
        $cases[] = [$session, $timeout, $holder, $waiter];
    }
}
$host->cut();
$seconds = Session::seconds(function () use ($cases, $host, $server) {
    foreach ($cases as [$session, $timeout, , $waiter]) {
        $end = strtr($session->finish($waiter), [$host->address($server) => 'the server']);
        echo "$session->lock $timeout: $end";
    }
});
echo $seconds < BOUND ? '' : "after $seconds seconds\n";
// The server knows nothing of it: it gives them the lock in their turn, until lock_ttl.
foreach ($cases as [$session, , $holder]) {
    echo $session->finish($holder), $session->run('session_start(); var_dump($_SESSION["n"]);');
}
?>
--EXPECT--
advisory 30: Warning: rustsql: the connection to the server was lost: no answer in time
bool(false)
advisory -1: Warning: rustsql: the connection to the server was lost: no answer in time
bool(false)
row 30: Warning: rustsql: the connection to the server was lost: no answer in time
bool(false)
row -1: Warning: rustsql: the connection to the server was lost: no answer in time
bool(false)
int(2)
int(2)
int(2)
int(2)
