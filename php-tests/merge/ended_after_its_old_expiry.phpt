--TEST--
A session that others have used longer, and then destroyed, does not come back after the time at which it would have expired
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

foreach (['$_SESSION["late"] = 1;', 'session_regenerate_id(true);', 'session_regenerate_id();'] as $then) {
    $session = $sessions[$then] = new Session('merge');
    $session->run('session_start(); $_SESSION["user"] = "ann";');
    // The visitor comes back when the session has nearly expired.
    $session->server->query("UPDATE app.$session->table SET expires = UNIX_TIMESTAMP() + 8");
    $requests[$then] = $request = $session->start("session_start(); pause(count(\$_SESSION) . ' read'); $then");
    same('1 read', $request->readLine(), "$then: read");
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $session->run('session_start(); session_destroy();');
}
$over = $session->server->query('SELECT UNIX_TIMESTAMP() + 9 AS time')[0]['time'];
Server::waitFor(fn () => $session->server->query('SELECT UNIX_TIMESTAMP() AS time')[0]['time'] >= $over);
foreach ($requests as $then => $request) {
    has('the session was not written: it has expired since it was read, or another request has destroyed it', $sessions[$then]->finish($request), $then);
    same([], $session->server->query("SELECT id FROM app.{$sessions[$then]->table}"), "$then: stored");
}
echo "done\n";
?>
--EXPECT--
done
