--TEST--
A forked child does not use or close its parent's kept connection; each of its sessions has its own connection
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
    'exit' => 'exit(0);',
    'sessions' => 'session_start(); $ids[] = id(); $_SESSION["n"]++; session_write_close(); session_start(); $ids[] = id(); $_SESSION["n"]++; session_write_close();
        say($ids[0] !== $parent ? "own" : "PARENT\'S", $ids[0] === $ids[1] ? "kept" : "not kept"); exit(0);',
    'fatal error' => 'session_start(); $_SESSION["n"]++; ini_set("display_errors", 0); undefined_function();',
    'grandchild' => '$second = pcntl_fork(); session_id($second ? "child" : "grandchild"); session_start(); $second && pcntl_waitpid($second, $status); say(id() !== $parent ? "own" : "PARENT\'S"); exit(0);',
    'killed' => 'session_start(); $_SESSION["n"]++; session_write_close(); exec("kill -KILL " . getmypid());',
];
const OPEN = [
    'exit' => 'exit(0);',
    'session_abort()' => 'session_abort(); session_start(["read_and_close" => true]); exit(0);',
    'session_reset()' => 'error_reporting(0); session_abort(); session_id("child"); session_start(); say(id() !== $parent ? "own" : "PARENT\'S"); exit(0);',
    'killed' => 'exec("kill -KILL " . getmypid());',
];
const HELPERS = '
    function id() { return RustSql\status()["connection_id"] ?? "none"; }
    function say(...$what) { fwrite(STDOUT, implode(" ", $what) . "; "); }';
foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.persistent' => '1', 'rustsql.lock_timeout' => '3']);
    $session->run('session_start();'); // The table is there.
    foreach (['between two requests' => CHILDREN, 'in a request' => OPEN] as $when => $children) {
        foreach ($children as $how => $child) {
            $session->run('session_start(); $_SESSION["n"] = 1;');
            $fork = '$pid = pcntl_fork(); if (!$pid) { ' . $child . ' } pcntl_waitpid($pid, $status); ';
            echo "$lock, $when, $how: ", $session->run(HELPERS . '
                session_start(); $parent = id();
                ' . ($when === 'in a request' ? $fork . '$_SESSION["n"]++; session_write_close();' : '$_SESSION["n"]++; session_write_close();' . $fork) . '
                session_start(); say(id() === $parent ? "the same" : "ANOTHER", $_SESSION["n"]++);');
            $session->awaitNoConnection();
        }
    }
}
?>
--EXPECT--
advisory, between two requests, exit: the same 2;
advisory, between two requests, sessions: own not kept; the same 4;
advisory, between two requests, fatal error: the same 3;
advisory, between two requests, grandchild: own; own; the same 2;
advisory, between two requests, killed: the same 3;
advisory, in a request, exit: the same 2;
advisory, in a request, session_abort(): the same 2;
advisory, in a request, session_reset(): own; the same 2;
advisory, in a request, killed: the same 2;
row, between two requests, exit: the same 2;
row, between two requests, sessions: own not kept; the same 4;
row, between two requests, fatal error: the same 3;
row, between two requests, grandchild: own; own; the same 2;
row, between two requests, killed: the same 3;
row, in a request, exit: the same 2;
row, in a request, session_abort(): the same 2;
row, in a request, session_reset(): own; the same 2;
row, in a request, killed: the same 2;
