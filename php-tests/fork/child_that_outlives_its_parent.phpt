--TEST--
A forked child outlives its parent: the parent's write stays, the lock is free, and the child can use its own sessions
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const CHILDREN = [
    'the same session' => 'session_abort(); session_start(); $_SESSION["n"]++; exit(0);',
    'another session' => 'session_abort(); session_id("another"); session_start(); session_id() === "another" || exit(1); session_write_close(); session_id($id); session_start(); $_SESSION["n"]++; exit(0);',
    'new id' => '@session_regenerate_id(); session_abort(); session_id($id); session_start(); $_SESSION["n"]++; exit(0);',
    'fork of its own' => 'if ($pid = pcntl_fork()) { pcntl_waitpid($pid, $status); exit(0); } session_abort(); session_start(); $_SESSION["n"]++; exit(0);',
];
foreach (LOCKS as $lock) {
    foreach (CHILDREN as $what => $child) {
        foreach (['0', '1'] as $persistent) {
            $session = new Session($lock, ['rustsql.persistent' => $persistent]);
            $session->run('session_start(); $_SESSION["n"] = 1;');
            // The child waits until its parent is gone, of which the closed end of a pipe tells.
            $parent = $session->start('
                [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
                session_start(); $id = session_id();
                if (!pcntl_fork()) { fclose($ours); fgets($theirs); ' . $child . ' }
                $_SESSION["n"]++;');
            echo "$lock, $what: ", $session->finish($parent);
            Server::waitFor(fn () => $session->stored() === 'n|i:3;');
            $session->awaitNoConnection();
            echo "3\n";
        }
    }
}
?>
--EXPECT--
advisory, the same session: 3
advisory, the same session: 3
advisory, another session: 3
advisory, another session: 3
advisory, new id: 3
advisory, new id: 3
advisory, fork of its own: 3
advisory, fork of its own: 3
row, the same session: 3
row, the same session: 3
row, another session: 3
row, another session: 3
row, new id: 3
row, new id: 3
row, fork of its own: 3
row, fork of its own: 3
