--TEST--
A request that merges waits for a row lock, which waits() and rustsql.slow tell, and warns that it does not wait for an advisory one
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

$session = new Session('merge');
foreach (['row', 'advisory'] as $lock) {
    $session->run('session_start(); $_SESSION = ["n" => 1];');
    echo "$lock\n";
    $holder = $session->hold('$_SESSION["n"]++;', ['rustsql.lock' => $lock]);
    $merging = $session->start('session_start(); $_SESSION["m"] = ($_SESSION["m"] ?? 0) + 1; pause("read"); session_write_close(); fwrite(STDOUT, "written\n");', ['rustsql.slow' => '0.2']);
    same('read', $merging->readLine(), $lock);
    $merging->write("\n");
    if ($lock === 'row') {
        $session->awaitWaiters(1, 1);
        $look = fn () => json_decode($session->run('echo json_encode(RustSql\waits());'), true);
        Server::waitFor(fn () => ($queues = $look()) && same(['row', 1], [$queues[0]['lock'], count($queues[0]['waiters'])], 'who waits') === null);
    } else {
        do {
            echo Session::tidy($said = $merging->readLine());
        } while ($said !== 'written');
    }
    echo $session->finish($holder), preg_replace('~\d+\.\d+ s~', 'TIME', $session->finish($merging)), $session->stored(), "\n";
}
?>
--EXPECT--
row
Notice: rustsql: waited TIME to write the session (rustsql.slow)
written
n|i:2;m|i:1;
advisory
Notice: rustsql: another request holds the session with GET_LOCK, and this one did not wait for it (rustsql.lock=merge): a page that must be alone needs rustsql.lock=row
written
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:1;m|i:1;
