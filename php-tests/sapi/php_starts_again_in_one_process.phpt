--TEST--
PHP starts and shuts down several times in one process: sessions work each time, kept connections close properly, warnings come once
--SKIPIF--
<?php
require __DIR__ . '/../inc/embedded.php';
skip_without_embedded();
?>
--FILE--
<?php
require __DIR__ . '/../inc/embedded.php';

const PAGE = 'session_id("x"); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
    session_write_close(); session_start(); echo "$_SESSION[n] ", ini_get("rustsql.lock_timeout"), "\n";';
// Of its own: it counts clients that went without a word.
$server = Server::start();
foreach (['advisory' => '1', 'row' => '0'] as $lock => $persistent) {
    $session = new Session($lock, ['rustsql.persistent' => $persistent], $server);
    echo "$lock:\n", embedded(PAGE, ['rustsql.lock_timeout' => '7'] + $session->ini, requests: 2, starts: 3);
    $session->awaitNoConnection();
    echo $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]['Value'], " went without a word\n";
}
echo embedded('', ['rustsql.retry_after' => 'soon'] + $session->ini, starts: 2);
?>
--EXPECTF--
advisory:
1 7
2 7
3 7
4 7
5 7
6 7
0 went without a word
row:
1 7
2 7
3 7
4 7
5 7
6 7
0 went without a word
Warning: rustsql: rustsql.retry_after%s
Warning: rustsql: rustsql.retry_after%s
