--TEST--
The connection is killed while a request holds the session: nobody wrote since, so the request's write succeeds
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $new = new Session($lock, [], null, $session);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    foreach (['changed' => [$session, '$_SESSION["n"] = 2;'], 'new' => [$new, '$_SESSION["n"] = 3;']] as $case => [$one, $change]) {
        $holder = $one->hold($change);
        $one->loseConnection();
        echo "$lock, $case: ", $one->finish($holder), $one->stored(), "\n";
    }
    $session->age();
    $before = $session->row();
    $holder = $session->hold();
    $session->loseConnection();
    echo "$lock, unchanged, its expiry to be moved: ", $session->finish($holder), $session->stored(), "\n";
    var_dump($session->row()['expires'] > $before['expires']);
    // The lock that the write took again is free.
    echo $session->run('session_start(); var_dump(++$_SESSION["n"]);', ['rustsql.lock_timeout' => '5']);
}
?>
--EXPECT--
advisory, changed: n|i:2;
advisory, new: n|i:3;
advisory, unchanged, its expiry to be moved: n|i:2;
bool(true)
int(3)
row, changed: n|i:2;
row, new: n|i:3;
row, unchanged, its expiry to be moved: n|i:2;
bool(true)
int(3)
