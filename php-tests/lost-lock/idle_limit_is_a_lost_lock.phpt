--TEST--
A request that leaves the server alone for longer than lock_ttl loses its lock, and its write is fenced
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach ([false, true] as $rival) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $cases[] = [$session, $session->hold('$_SESSION["n"] = 3;', ['rustsql.lock_ttl' => '1']), $rival];
    }
}
// All at once: the limit is a second.
$session->awaitNoConnection();
foreach ($cases as [$session, $holder, $rival]) {
    if ($rival) {
        $session->run('session_start(); $_SESSION["n"] = 2;', ['rustsql.lock_timeout' => '0']);
    }
    echo $session->lock, $rival ? ' with a rival: ' : ': ', $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: n|i:3;
advisory with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row: n|i:3;
row with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
