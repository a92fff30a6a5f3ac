--TEST--
session_create_id() in an active strict session: that session stays locked, and the id that it makes is not
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['session.use_strict_mode' => '1']);
    $session->run('session_start(); $_SESSION["n"] = 1;', ['session.use_strict_mode' => '0']);
    $holder = $session->hold('pause(session_create_id("prefix-")); $_SESSION["n"]++;');
    $holder->write("\n");
    $id = $holder->readLine();
    $now = ['rustsql.lock_timeout' => '0', 'session.use_strict_mode' => '0'];
    echo "$lock: ", preg_match('/^prefix-\w{20,}/', $id), "\n";
    echo 'own id: ', preg_replace('/waited.*/', 'waited ...', $session->run('session_start();', $now));
    echo 'new id: ', $session->finish($session->start('var_dump(session_start());', $now, $id));
    echo $session->finish($holder), $session->stored(), "\n";
}
?>
--EXPECT--
advisory: 1
own id: Warning: rustsql: the session is locked by another request: waited ...
new id: bool(true)
n|i:2;
row: 1
own id: Warning: rustsql: the session is locked by another request: waited ...
new id: bool(true)
n|i:2;
