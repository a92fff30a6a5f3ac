--TEST--
An error handler that throws or exits at a warning of ours leaves nothing locked
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach (['throw new ErrorException($message)', 'exit("exit\n")'] as $reaction) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $handler = "set_error_handler(function (\$level, \$message) { $reaction; });";
        $catch = 'catch (ErrorException $e) { echo strtok($e->getMessage(), ":"), " thrown\n"; }';

        // The lock was lost, and the write is refused.
        $holder = $session->hold("$handler try { \$_SESSION['n'] = 99; session_write_close(); } $catch
            session_start(); var_dump(\$_SESSION['n']);");
        $session->loseConnection();
        $session->run('session_start(); $_SESSION["n"] = 2;');
        echo "$lock, write: ", preg_replace('/:.*/', '', $session->finish($holder));
        // The lock cannot be had.
        $holder = $session->hold('$_SESSION["n"] = 3;');
        $code = "$handler try { session_start(); } $catch var_dump(session_status() === PHP_SESSION_NONE);";
        echo "$lock, start: ", $session->run($code, ['rustsql.lock_timeout' => '0']), $session->finish($holder);
        echo $session->run('session_start(); var_dump($_SESSION["n"]);', ['rustsql.lock_timeout' => '5']);
    }
}
?>
--EXPECT--
advisory, write: session_write_close() thrown
int(2)
advisory, start: session_start() thrown
bool(true)
int(3)
advisory, write: exit
advisory, start: exit
int(3)
row, write: session_write_close() thrown
int(2)
row, start: session_start() thrown
bool(true)
int(3)
row, write: exit
row, start: exit
int(3)
