--TEST--
Session functions after the lock was lost: what another request wrote is neither overwritten nor lost
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const FUNCTIONS = [
    'session_reset' => 'session_reset(); $_SESSION["n"]++;',
    'session_abort' => 'session_abort();',
    'session_destroy' => 'session_destroy();',
    'session_regenerate_id' => '$_SESSION["n"] = 99; var_dump(session_regenerate_id());',
    'session_regenerate_id(true)' => '$_SESSION["n"] = 99; var_dump(session_regenerate_id(true));',
    'close and start' => '$_SESSION["n"] = 99; session_write_close(); session_start(); $_SESSION["n"]++;',
    'session_create_id' => 'session_create_id(); $_SESSION["n"] = 99;',
    'session_gc' => 'session_gc(); $_SESSION["n"] = 99;',
];
foreach (LOCKS as $lock) {
    foreach (FUNCTIONS as $name => $code) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $holder = $session->hold("ob_start(); $code");
        $session->loseConnection();
        $session->run('session_start(); $_SESSION["n"] = 2;');
        $said = preg_replace('/(since it was read|destruction failed|write failed).*/', '$1', $session->finish($holder));
        echo "$lock, $name: $said", json_encode($session->stored()), "\n";
    }
}
?>
--EXPECT--
advisory, session_reset: "n|i:3;"
advisory, session_abort: "n|i:2;"
advisory, session_destroy: null
advisory, session_regenerate_id: Warning: rustsql: the session was not written: another request has written newer data since it was read
Warning: session_regenerate_id(): Session write failed
bool(false)
"n|i:2;"
advisory, session_regenerate_id(true): Warning: rustsql: the session was not written: another request has written newer data since it was read
Warning: session_regenerate_id(): Session object destruction failed
bool(false)
"n|i:2;"
advisory, close and start: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:3;"
advisory, session_create_id: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:2;"
advisory, session_gc: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:2;"
row, session_reset: "n|i:3;"
row, session_abort: "n|i:2;"
row, session_destroy: null
row, session_regenerate_id: Warning: rustsql: the session was not written: another request has written newer data since it was read
Warning: session_regenerate_id(): Session write failed
bool(false)
"n|i:2;"
row, session_regenerate_id(true): Warning: rustsql: the session was not written: another request has written newer data since it was read
Warning: session_regenerate_id(): Session object destruction failed
bool(false)
"n|i:2;"
row, close and start: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:3;"
row, session_create_id: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:2;"
row, session_gc: Warning: rustsql: the session was not written: another request has written newer data since it was read
"n|i:2;"
