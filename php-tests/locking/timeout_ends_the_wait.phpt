--TEST--
session_start() waits for lock_timeout and is then false, with a warning, and nothing stored is touched
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold();
    $before = $session->row();
    foreach (['0', '0.5', '1'] as $timeout) {
        $code = '$start = hrtime(true); $result = session_start(); $seconds = (hrtime(true) - $start) / 1e9;
            $_SESSION["n"] = 99; echo "$seconds\n"; var_dump($result, session_status() === PHP_SESSION_NONE);';
        [$warnings, $seconds, $result] = preg_split('/^(\d+\.\d+)\n/m',
            $session->run($code, ['rustsql.lock_timeout' => $timeout]), 2, PREG_SPLIT_DELIM_CAPTURE);
        preg_match('/waited (\d+\.\d) s/', $warnings, $said);
        echo "$lock $timeout: ", $seconds >= $timeout && $seconds < $timeout + 15 ? 'waited as told' : "waited $seconds s",
            $said[1] > $timeout - 0.1 && $said[1] < $seconds + 0.1 ? ', and said so' : ", and said $said[1]", "\n",
            preg_replace('/waited .*/', 'waited ...', $warnings), $result;
    }
    var_dump($before === $session->row());
    echo $session->finish($holder);
}
?>
--EXPECT--
advisory 0: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
advisory 0.5: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
advisory 1: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
bool(true)
row 0: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
row 0.5: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
row 1: waited as told, and said so
Warning: rustsql: the session is locked by another request: waited ...
bool(false)
bool(true)
bool(true)
