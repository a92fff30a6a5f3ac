--TEST--
A page with a shorter session.gc_maxlifetime that runs meanwhile does not make a session expire early that this request writes
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

foreach (['', '$_SESSION["b"] = 1;'] as $other) {
    $session = new Session('merge');
    $session->run('session_start(); $_SESSION["a"] = 1;');
    $request = $session->start('session_start(); pause("read"); $_SESSION["c"] = 1;');
    $request->readLine();
    same('', $session->run("session_start(); $other", ['session.gc_maxlifetime' => '30']), "$other the other");
    same('', $session->finish($request), "$other the write");
    $seconds = (int) $session->server->query("SELECT expires - UNIX_TIMESTAMP() AS left_ FROM app.$session->table")[0]['left_'];
    check($seconds >= 1400, "$other seconds left", $seconds);
}
echo "done\n";
?>
--EXPECT--
done
