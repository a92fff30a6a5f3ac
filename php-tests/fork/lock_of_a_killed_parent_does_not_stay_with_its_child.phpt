--TEST--
A request is killed that has forked, or has started a program: what lives on of it keeps no lock
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
    'program' => '$process = proc_open(["sleep", "60"], [["file", "/dev/null", "r"], ["file", "/dev/null", "w"], ["file", "/dev/null", "w"]], $pipes);
        $pid = proc_get_status($process)["pid"];',
    'fork' => 'if (!($pid = pcntl_fork())) { fclose(STDOUT); fclose(STDERR); time_nanosleep(60, 0); }',
];
foreach (LOCKS as $lock) {
    foreach (CHILDREN as $what => $code) {
        foreach (['0', '1'] as $persistent) {
            $session = new Session($lock, ['rustsql.persistent' => $persistent]);
            $session->run('session_start(); $_SESSION["n"] = 1;');
            $holder = $session->start("session_start(); \$_SESSION['n'] = 99; $code pause(\"\$pid\");");
            $child = (int) $holder->readLine();
            $holder->signal(SIGKILL);
            echo "$lock, $what: ", $session->finish($session->start('echo session_start() ? "free, " . $_SESSION["n"] : "held";', ['rustsql.lock_timeout' => '20']));
            echo posix_kill($child, SIGKILL) ? '' : "its child has ended before\n";
            unset($holder);
        }
    }
}
?>
--EXPECT--
advisory, program: free, 1
advisory, program: free, 1
advisory, fork: free, 1
advisory, fork: free, 1
row, program: free, 1
row, program: free, 1
row, fork: free, 1
row, fork: free, 1
