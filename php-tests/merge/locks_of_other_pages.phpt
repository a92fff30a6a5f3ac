--TEST--
A request that merges waits for a row lock, and warns that it does not wait for an advisory one
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

$session = new Session('merge');
foreach (['row', 'advisory'] as $lock) {
    $session->run('session_start(); $_SESSION = ["n" => 1];');
    echo "$lock\n";
    $holder = $session->hold('$_SESSION["n"]++;', ['rustsql.lock' => $lock]);
    $merging = $session->start('session_start(); $_SESSION["m"] = ($_SESSION["m"] ?? 0) + 1; pause("read"); session_write_close(); pause("written");');
    same('read', $merging->readLine(), $lock);
    $merging->write("\n");
    if ($lock === 'row') {
        $session->awaitWaiters(1);
    } else {
        $said = $merging->readLine();
        while ($said !== 'written') {
            echo Session::tidy($said);
            $said = $merging->readLine();
        }
    }
    echo $session->finish($holder), $session->finish($merging), $session->stored(), "\n";
}
?>
--EXPECT--
row
written
n|i:2;m|i:1;
advisory
Notice: rustsql: another request holds the session with GET_LOCK, and this one did not wait for it (rustsql.lock=merge): a page that must be alone needs rustsql.lock=row
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:1;m|i:1;
