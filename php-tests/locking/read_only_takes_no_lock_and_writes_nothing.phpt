--TEST--
read_only=1 reads while another request holds the session, and stores and destroys nothing
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '0']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold();
    $before = $session->row();
    $readOnly = ['rustsql.read_only' => '1'];
    echo "$lock: ", $session->run('session_start(); var_dump($_SESSION["n"]); $_SESSION["n"] = 99;', $readOnly);
    echo $session->run('ini_set("rustsql.read_only", 1); session_start(); var_dump($_SESSION["n"]); session_destroy();');
    var_dump($before === $session->row());
    $other = new Session($lock, $readOnly, null, $session);
    echo $other->run('session_start(); $_SESSION["n"] = 99;');
    var_dump($other->row());
    $session->finish($holder);
}
?>
--EXPECT--
advisory: int(1)
int(1)
bool(true)
NULL
row: int(1)
int(1)
bool(true)
NULL
