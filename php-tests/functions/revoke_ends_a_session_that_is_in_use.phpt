--TEST--
revoke() ends a session that a request has open: the request's write is refused, or what it wrote is deleted
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1; RustSql\tag("ann");');
    $holder = $session->hold('$_SESSION["n"] = 2;');
    $revoke = $session->start('echo RustSql\revoke("ann");');
    if ($lock === 'row') {
        // The server deletes no row that is locked, so revoke() waits for the request.
        $session->awaitWaiters(1);
        same('', $session->finish($holder), "$lock: the request");
        same('1', trim($session->finish($revoke)), "$lock: ended");
    } else {
        same('1', trim($session->finish($revoke)), "$lock: ended");
        one_warning(['was not written', 'destroyed'], $session->finish($holder), "$lock: the request");
    }
    same(null, $session->row(), "$lock: it stays ended");

    // Held for longer than the limit: the exception says so, and the others are ended all the same.
    if ($lock === 'row') {
        $session->run('session_start(); $_SESSION["n"] = 1; RustSql\tag("ann");');
        $other = $session->start('session_id("other"); session_start(); $_SESSION["n"] = 1; RustSql\tag("ann");');
        same('', $session->finish($other), "$lock: the other");
        $holder = $session->hold('$_SESSION["n"] = 2;');
        $code = 'try { RustSql\revoke("ann"); } catch (RustSql\Exception $e) { echo $e->getMessage(); }';
        $revoke = $session->start($code, ['rustsql.lock_timeout' => '0', 'rustsql.io_timeout' => '3']);
        has(['1 sessions were ended', 'others are still locked by requests that use them'], $session->finish($revoke), "$lock: too long");
        same('', $session->finish($holder), "$lock: the holder writes");
        same('n|i:2;', $session->stored(), "$lock: stored");
    }
}
echo "done\n";
--EXPECT--
done
