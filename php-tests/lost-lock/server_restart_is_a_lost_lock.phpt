--TEST--
The server restarts while requests hold sessions: they are written, but not over what was written since
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$server = Server::start();
foreach (['killed', 'shut down'] as $how) {
    $cases = [];
    foreach (LOCKS as $lock) {
        foreach (['alone', 'with a rival', 'unchanged'] as $case) {
            $session = new Session($lock, [], $server);
            $session->run('session_start(); $_SESSION["n"] = 1;');
            $cases[] = [$case, $session, $session->hold($case === 'unchanged' ? '' : '$_SESSION["n"] = 3;')];
        }
        $session = new Session($lock, [], $server, $session);
        $cases[] = ['new', $session, $session->hold('$_SESSION["n"] = 3;')];
    }
    if ($how === 'killed') {
        $server->kill();
    }
    $server->restart();
    foreach ($cases as [$case, $session, $holder]) {
        if ($case === 'with a rival') {
            $session->run('session_start(); $_SESSION["n"] = 2;', ['rustsql.lock_timeout' => '0']);
        }
        echo "$how, $session->lock, $case: ", $session->finish($holder), $session->stored(), "\n";
    }
}
?>
--EXPECT--
killed, advisory, alone: n|i:3;
killed, advisory, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
killed, advisory, unchanged: n|i:1;
killed, advisory, new: n|i:3;
killed, row, alone: n|i:3;
killed, row, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
killed, row, unchanged: n|i:1;
killed, row, new: n|i:3;
shut down, advisory, alone: n|i:3;
shut down, advisory, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
shut down, advisory, unchanged: n|i:1;
shut down, advisory, new: n|i:3;
shut down, row, alone: n|i:3;
shut down, row, with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:2;
shut down, row, unchanged: n|i:1;
shut down, row, new: n|i:3;
