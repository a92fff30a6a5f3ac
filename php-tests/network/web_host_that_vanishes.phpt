--TEST--
A web host vanishes from the network: its lock is free after lock_ttl, and its late write passes the version check or is refused
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
NetworkHost::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/netns.php';

const LOCK_TTL = 3;

$server = NetworkHost::server();
$host = new NetworkHost;
foreach (LOCKS as $lock) {
    foreach (['a rival wrote', 'a rival changed nothing', 'alone'] as $case) {
        $session = new Session($lock, [], $server);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $ini = ['rustsql.dsn' => $host->dsn($session), 'rustsql.lock_ttl' => (string) LOCK_TTL];
        $cases[] = [$case, $session, $host->within(fn () => $session->hold('$_SESSION["n"] = 99;', $ini))];
    }
}
$host->cut();
foreach ($cases as [$case, $session]) {
    if ($case !== 'alone') {
        $change = $case === 'a rival wrote' ? 'var_dump(++$_SESSION["n"]);' : 'var_dump($_SESSION["n"]);';
        $rivals[] = [$session, $session->start("var_dump(session_start()); $change", ['rustsql.lock_timeout' => '20'])];
    }
}
foreach ($rivals as [$session, $rival]) {
    echo strtr("$session->lock, elsewhere: " . $session->finish($rival), "\n", ' '), "\n";
}
foreach ($cases as [, $session]) {
    $session->awaitNoConnection();
}
$host->heal();
foreach ($cases as [$case, $session, $holder]) {
    echo "$session->lock, back, $case: ", $session->finish($holder), $session->stored(), "\n";
    // The holder does not wait until the server has ended its connection.
    $session->awaitNoConnection();
    echo $session->run('session_start();', ['rustsql.lock_timeout' => '0']);
}
?>
--EXPECT--
advisory, elsewhere: bool(true) int(2) 
advisory, elsewhere: bool(true) int(1) 
row, elsewhere: bool(true) int(2) 
row, elsewhere: bool(true) int(1) 
advisory, back, a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
advisory, back, a rival changed nothing: n|i:99;
advisory, back, alone: n|i:99;
row, back, a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row, back, a rival changed nothing: n|i:99;
row, back, alone: n|i:99;
