--TEST--
A session that a request found expired, and a slower one has kept alive since, is merged with and not begun anew
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

foreach (['merge', 'row', 'advisory'] as $lock) {
    $session = $sessions[$lock] = new Session('merge');
    $session->run('session_start(); $_SESSION["user"] = "ann";');
    $session->server->query("UPDATE app.$session->table SET expires = UNIX_TIMESTAMP() + 8");
    $slow[$lock] = $session->start('session_start(); pause(count($_SESSION) . " read");', ['rustsql.lock' => $lock]);
    same('1 read', $slow[$lock]->readLine(), "$lock: the slow request");
}
$over = $session->server->query('SELECT UNIX_TIMESTAMP() + 9 AS time')[0]['time'];
Server::waitFor(fn () => $session->server->query('SELECT UNIX_TIMESTAMP() AS time')[0]['time'] >= $over);
foreach ($sessions as $lock => $session) {
    $late = $session->start('session_start(); pause(count($_SESSION) . " read"); $_SESSION["new"] = 1;');
    same('0 read', $late->readLine(), "$lock: a request that finds it expired");
    same('', $session->finish($slow[$lock]), "$lock: the slow request moves the expiry");
    same('', $session->finish($late), "$lock: the write");
    same('user|s:3:"ann";new|i:1;', $session->stored(), "$lock: stored");
}
echo "done\n";
?>
--EXPECT--
done
