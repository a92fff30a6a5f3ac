--TEST--
lock_timeout=-1, or one above io_timeout and lock_ttl, waits until the holder ends
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $sessions[] = [new Session($lock), ['rustsql.lock_timeout' => '-1']];
    $sessions[] = [new Session($lock), ['rustsql.lock_timeout' => '60']];
}
$short = ['rustsql.io_timeout' => '1', 'rustsql.lock_ttl' => '1'];
foreach ($sessions as [$session, $ini]) {
    $requests[] = [$session->hold('$_SESSION["n"] = 1;'), $session->start('session_start(); var_dump($_SESSION["n"]);', $ini + $short)];
}
foreach ($sessions as [$session]) {
    $session->awaitWaiters(2, seconds: 3);
}
foreach ($sessions as $i => [$session, $ini]) {
    [$holder, $waiter] = $requests[$i];
    echo "$session->lock ", $ini['rustsql.lock_timeout'], ': ', $session->finish($holder), $session->finish($waiter);
}
?>
--EXPECT--
advisory -1: int(1)
advisory 60: int(1)
row -1: int(1)
row 60: int(1)
