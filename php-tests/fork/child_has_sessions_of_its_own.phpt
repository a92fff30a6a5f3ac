--TEST--
A forked child closes its parent's session and opens one of its own, and waits for its parent's like anybody
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $parent = $session->start('
        session_start(); $id = session_id(); $pid = pcntl_fork();
        if (!$pid) {
            session_abort();
            session_id("childs"); session_start(); $_SESSION["n"] = 5; session_write_close();
            session_id($id); session_start(); $_SESSION["n"]++; exit(0);
        }
        pause("forked"); $_SESSION["n"]++; session_write_close();
        pcntl_waitpid($pid, $status); session_start(); var_dump($_SESSION["n"], $status);
        session_write_close(); session_id("childs"); session_start(); var_dump($_SESSION["n"]);');
    $parent->readLine();
    $session->awaitWaiters(1);
    echo "$lock: ", $session->finish($parent);
}
?>
--EXPECT--
advisory: int(3)
int(0)
int(5)
row: int(3)
int(0)
int(5)
