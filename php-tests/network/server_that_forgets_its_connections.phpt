--TEST--
The server loses its power and comes back: a request with a session open learns it at its write, and loses nothing
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
NetworkHost::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/netns.php';

$server = NetworkHost::server();
$host = new NetworkHost;
foreach (LOCKS as $lock) {
    foreach (['alone', 'with a rival'] as $case) {
        $session = new Session($lock, [], $server);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $ini = ['rustsql.dsn' => $host->dsn($session), 'rustsql.io_timeout' => '30'];
        $holder = $host->within(fn () => $session->hold('$_SESSION["n"] = 3;', $ini));
        $cases[] = [$case, $session, $holder];
    }
}
$host->cut();
$server->kill();
NetworkHost::forget();
$server->restart();
$host->heal();
foreach ($cases as [$case, $session, $holder]) {
    if ($case === 'with a rival') {
        $session->run('session_start(); $_SESSION["n"] = 2;', ['rustsql.lock_timeout' => '0']);
    }
    $seconds = Session::seconds(function () use ($case, $session, $holder) {
        echo "$session->lock, $case: ", $session->finish($holder), $session->stored(), "\n";
    });
    // A reset, not a silence.
    echo $seconds < 20 ? '' : "after $seconds seconds\n";
}
?>
--EXPECT--
advisory, alone: n|i:3;
advisory, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
row, alone: n|i:3;
row, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
