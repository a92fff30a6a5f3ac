--TEST--
lock_failure=readonly: a session whose lock cannot be had opens with its data, and refuses to write
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '0', 'rustsql.lock_failure' => 'readonly']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold();
    $before = $session->row();
    echo "$lock, changed\n", preg_replace('/held by.*|the server does not tell.*/', 'HOLDER', $session->run(
        'var_dump(session_start(), $_SESSION["n"], RustSql\status()["lock"]); $_SESSION["n"] = 99;'));
    echo "$lock, unchanged\n", preg_replace('/^Notice:.*/m', 'Notice: ...', $session->run('session_start();'));
    echo "$lock, destroyed\n", preg_replace('/^Notice:.*/m', 'Notice: ...', $session->run('session_start(); var_dump(session_destroy());'));
    var_dump($before === $session->row());
    echo $session->finish($holder);
}
?>
--EXPECTF--
advisory, changed
Notice: rustsql: the session is opened read-only: waited %d.%d s for its lock, HOLDER
bool(true)
int(1)
string(4) "none"
Warning: rustsql: the session was not written: it was opened without its lock (rustsql.lock_failure=readonly); the stored data stays
advisory, unchanged
Notice: ...
advisory, destroyed
Notice: ...
Warning: rustsql: the session was not written: it was opened without its lock (rustsql.lock_failure=readonly); the stored data stays
Warning: session_destroy(): Session object destruction failed
bool(false)
bool(true)
row, changed
Notice: rustsql: the session is opened read-only: waited %d.%d s for its lock, HOLDER
bool(true)
int(1)
string(4) "none"
Warning: rustsql: the session was not written: it was opened without its lock (rustsql.lock_failure=readonly); the stored data stays
row, unchanged
Notice: ...
row, destroyed
Notice: ...
Warning: rustsql: the session was not written: it was opened without its lock (rustsql.lock_failure=readonly); the stored data stays
Warning: session_destroy(): Session object destruction failed
bool(false)
bool(true)
