--TEST--
A session that expires and is collected while a request uses it, its lock lost, is written again by that request
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// What is stored lives two seconds, and is read again before that.
$short = ['session.gc_maxlifetime' => '2', 'rustsql.touch_interval' => '0'];
foreach (LOCKS as $lock) {
    $session = $sessions[] = new Session($lock, $short);
    $holders[] = $holder = $session->start('session_start(); $_SESSION["n"] = 1; session_write_close();
        session_start(); pause("has it"); $_SESSION["n"]++;');
    $holder->readLine();
    $session->loseConnection();
}
foreach ($sessions as $i => $session) {
    Server::waitFor(function () use ($session) {
        $session->run('session_id("other"); session_start(); session_gc(); session_abort();');
        return !$session->row();
    });
    echo "$session->lock: ", $session->finish($holders[$i]), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: n|i:2;
row: n|i:2;
