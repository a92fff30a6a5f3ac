--TEST--
A process that ends says goodbye on the connection that it keeps
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

// Of its own: it counts clients that went without a word.
$server = Server::start();
$aborted = fn (): int => (int) $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]['Value'];
$start = 'session_start(); $_SESSION["n"] = 1;';
foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.persistent' => '1'], $server);
    $session->run('session_start();'); // The table is there.
    $ends = [
        'command line' => fn () => $session->run($start),
        'command line, session closed' => fn () => $session->run("$start session_write_close();"),
        'command line, exit' => fn () => $session->run("$start exit(1);"),
        'command line, fatal error' => fn () => $session->run("$start undefined_function();"),
        'worker' => function () use ($session, $start) {
            $host = new FastCgiWorker($session);
            $host->run($start);
            echo count($session->connections()), ' kept, ';
            $host->end();
        },
        'worker that was idle' => function () use ($session, $start) {
            $host = new FastCgiWorker($session);
            $host->run($start);
            Server::waitFor(fn () => $session->connections()[0]['Time'] >= 2);
            $host->end();
        },
        'killed, which nobody can say goodbye after' => function () use ($session, $start) {
            $host = new FastCgiWorker($session);
            $host->run($start);
            $host->kill();
        },
    ];
    foreach ($ends as $end => $run) {
        $before = $aborted();
        echo "$lock, $end: ";
        $run();
        $session->awaitNoConnection();
        // It is counted a moment after it is gone from the list.
        if ($end === 'killed, which nobody can say goodbye after') {
            Server::waitFor(fn () => $aborted() > $before);
        }
        echo $aborted() - $before, " aborted\n";
    }
}
?>
--EXPECT--
advisory, command line: 0 aborted
advisory, command line, session closed: 0 aborted
advisory, command line, exit: 0 aborted
advisory, command line, fatal error: 0 aborted
advisory, worker: 1 kept, 0 aborted
advisory, worker that was idle: 0 aborted
advisory, killed, which nobody can say goodbye after: 1 aborted
row, command line: 0 aborted
row, command line, session closed: 0 aborted
row, command line, exit: 0 aborted
row, command line, fatal error: 0 aborted
row, worker: 1 kept, 0 aborted
row, worker that was idle: 0 aborted
row, killed, which nobody can say goodbye after: 1 aborted
