--TEST--
The thread that closes idle connections has every signal blocked; PHP's timeouts still end a script
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

/** What each thread of a process blocks, by its name. */
function blocked(int $pid): array
{
    $masks = [];
    foreach (glob("/proc/$pid/task/*") as $task) {
        preg_match('~^SigBlk:\s*(\S+)~m', file_get_contents("$task/status"), $mask);
        $masks[trim(file_get_contents("$task/comm"))] = $mask[1];
    }
    return $masks;
}
foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $host = new FastCgiWorker($session);
    $before = blocked($host->pid);
    echo count($before), " thread before, ";
    $host->run('session_start();');
    $after = blocked($host->pid);
    echo implode(' and ', array_map(fn ($name) => preg_replace('~^php.*~', 'PHP', $name), array_keys($after))), "\n";
    // SIGKILL, SIGSTOP and the two of the C library cannot be blocked.
    echo $after['rustsql-idle'] === 'fffffffe7ffbfeff' || $after['rustsql-idle'] === 'fffffffc7ffbfeff' ? "all blocked\n" : $after['rustsql-idle'] . "\n";
    unset($after['rustsql-idle']);
    echo $after === $before ? '' : "PHP's own signals have changed\n";
    for ($i = 1; $i <= 3; $i++) {
        echo $host->run("session_start(); \$_SESSION['n'] = $i; set_time_limit(1); for (;;);"), $session->stored(), "\n";
    }
    echo $host->run('session_start(); echo $_SESSION["n"];');
    $host->end();
}
?>
--EXPECT--
1 thread before, PHP and rustsql-idle
all blocked
Fatal error: Maximum execution time of 1 second exceeded
n|i:1;
Fatal error: Maximum execution time of 1 second exceeded
n|i:2;
Fatal error: Maximum execution time of 1 second exceeded
n|i:3;
3
1 thread before, PHP and rustsql-idle
all blocked
Fatal error: Maximum execution time of 1 second exceeded
n|i:1;
Fatal error: Maximum execution time of 1 second exceeded
n|i:2;
Fatal error: Maximum execution time of 1 second exceeded
n|i:3;
3
