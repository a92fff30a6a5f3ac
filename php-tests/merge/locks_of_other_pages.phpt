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
    $merging = $session->start('session_start(); $_SESSION["m"] = ($_SESSION["m"] ?? 0) + 1; pause("read"); session_write_close(); fwrite(STDOUT, "written\n");', ['rustsql.slow' => $lock === 'row' ? '0.5' : '60']);
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

echo "advisory, a new session\n";
$session = new Session('merge');
$holder = $session->hold('$_SESSION["n"] = 1;', ['rustsql.lock' => 'advisory']);
echo $session->run('session_start(); $_SESSION["m"] = 1;'), $session->finish($holder), $session->stored(), "\n";

echo "row, an unchanged session whose expiry is due\n";
$session->age();
$holder = $session->hold('$_SESSION["n"] = 1;', ['rustsql.lock' => 'row']);
$expires = (int) $session->row()['expires'];
echo $session->run('session_start();', ['rustsql.io_timeout' => '3']), $session->finish($holder), $session->stored(), "\n";
same(true, $session->row()['expires'] > $expires, 'moved by the page that has locked it');
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
advisory, a new session
Notice: rustsql: another request holds the session with GET_LOCK, and this one did not wait for it (rustsql.lock=merge): a page that must be alone needs rustsql.lock=row
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
m|i:1;
row, an unchanged session whose expiry is due
m|i:1;n|i:1;
