--TEST--
After session_regenerate_id() the new id is locked, and is stored with the data at the end
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $strict) {
        $session = new Session($lock, ['session.use_strict_mode' => $strict]);
        $session->run('session_start(); $_SESSION["n"] = 1;', ['session.use_strict_mode' => '0']);
        $holder = $session->hold('session_regenerate_id(); pause(session_id()); $_SESSION["n"] = 2;');
        $holder->write("\n");
        $id = $holder->readLine();
        $session->awaitLock($id);
        $rival = $session->start('session_start();', ['rustsql.lock_timeout' => '0', 'session.use_strict_mode' => '0'], $id);
        echo "$lock, strict $strict: ", preg_replace('/waited.*/', 'waited ...', $session->finish($rival));
        echo $session->finish($holder);
        echo $session->finish($session->start('session_start(); var_dump($_SESSION["n"]);', [], $id));
        echo $session->stored(), "\n";
    }
}
?>
--EXPECT--
advisory, strict 0: Warning: rustsql: the session is locked by another request: waited ...
int(2)
n|i:1;
advisory, strict 1: Warning: rustsql: the session is locked by another request: waited ...
int(2)
n|i:1;
row, strict 0: Warning: rustsql: the session is locked by another request: waited ...
int(2)
n|i:1;
row, strict 1: Warning: rustsql: the session is locked by another request: waited ...
int(2)
n|i:1;
