--TEST--
A session that could not be read is not overwritten, neither by a wrapping handler with an empty session nor after an error handler closed it
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// As in PHP's manual.
$wrapper = 'session_set_save_handler(new class extends SessionHandler {
    function read($id): string|false { return (string) parent::read($id); }
});';
$closing = 'set_error_handler(function ($level, $message) {
    if (!str_contains($message, "is locked")) return str_contains($message, "Failed to read");
    pause("locked");
    session_write_close();
});';
$started = 'fwrite(STDOUT, session_start() ? "started\n" : "not started\n"); ';
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $strict) {
        $session = new Session($lock, ['rustsql.lock_timeout' => '0', 'session.use_strict_mode' => $strict]);
        $session->run('session_start(); $_SESSION["n"] = 1;', ['session.use_strict_mode' => '0']);

        // The lock is free again when the request writes.
        $holder = $session->hold('$_SESSION["n"]++;');
        $request = $session->start("$wrapper ob_start(); session_start(); ob_end_clean(); pause('read'); \$_SESSION['n'] = 'lost';");
        echo "$lock, strict mode $strict, wrapper: ", $request->readLine(), "\n";
        $session->finish($holder);
        echo $session->finish($request), $session->stored(), "\n";

        $holder = $session->hold();
        $request = $session->start("$wrapper ob_start(); session_start(); ob_end_clean(); pause('read'); session_regenerate_id(true);");
        $request->readLine();
        $session->finish($holder);
        echo "new id: ", preg_replace('~^.*destruction failed.*\n~m', '', $session->finish($request)), $session->stored(), "\n";

        $holder = $session->hold('$_SESSION["n"]++;');
        $request = $session->start("$closing $started");
        echo "error handler: ", $request->readLine(), "\n";
        $session->finish($holder);
        echo $session->finish($request), $session->stored(), "\n";

        // Ended by the script, and begun anew.
        $holder = $session->hold();
        $request = $session->start("$wrapper ob_start(); session_start(); ob_end_clean(); pause('read'); session_destroy();
            session_id('$session->id'); session_start(); \$_SESSION['n'] = 'new';", ['session.use_strict_mode' => '0']);
        $request->readLine();
        $session->finish($holder);
        // The request does not wait, and the holder's connection may not have quite ended.
        Server::waitFor(fn () => count($session->connections()) < 2);
        echo 'begun anew: ', $session->finish($request), $session->stored(), "\n";
    }
}
?>
--EXPECT--
advisory, strict mode 0, wrapper: read
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
new id: Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
error handler: locked
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
not started
n|i:3;
begun anew: n|s:3:"new";
advisory, strict mode 1, wrapper: read
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
new id: Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
error handler: locked
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
not started
n|i:3;
begun anew: n|s:3:"new";
row, strict mode 0, wrapper: read
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
new id: Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
error handler: locked
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
not started
n|i:3;
begun anew: n|s:3:"new";
row, strict mode 1, wrapper: read
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
new id: Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
n|i:2;
error handler: locked
Warning: rustsql: the session was not written: it could not be read earlier; the stored data stays
not started
n|i:3;
begun anew: n|s:3:"new";
