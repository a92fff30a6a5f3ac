--TEST--
16 processes of 250 increments each end at 4000, while every tenth process is killed after its write
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// Each of 16 queues runs five processes of 50 increments. The session is new, and so is its table.
$increments = <<<'CODE'
for ($i = 0; $i < 50; $i++) {
    session_start();
    $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
    session_write_close();
}
CODE;
$killed = "$increments exec('kill -KILL ' . getmypid());";

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $queues = array_fill(0, 16, 5);
    $running = $ends = [];
    Server::waitFor(function () use ($session, $increments, $killed, &$queues, &$running, &$ends): bool {
        foreach ($queues as $queue => &$left) {
            if (isset($running[$queue]) && $running[$queue]->ended()) {
                $ends[] = $session->finish($running[$queue]) ?: "ended well\n";
                unset($running[$queue]);
            }
            if ($left && !isset($running[$queue])) {
                $running[$queue] = $session->start(($queue * 5 + --$left) % 10 === 9 ? $killed : $increments);
            }
        }
        return !$running;
    }, 60);
    echo "$lock: ", $session->run('session_start(); var_dump($_SESSION["n"]);');
    $ends = array_count_values($ends);
    ksort($ends);
    foreach ($ends as $end => $times) {
        echo "$times × $end";
    }
}
?>
--EXPECT--
advisory: int(4000)
72 × ended well
8 × killed by signal 9
row: int(4000)
72 × ended well
8 × killed by signal 9
