--TEST--
session_regenerate_id() closes the session when its write is refused: lock and connection are given back then
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.max_size' => '1K']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $request = $session->hold('$_SESSION["x"] = str_repeat("x", 2000); $ok = @session_regenerate_id(); pause($ok ? "regenerated" : "closed");');
    $request->write("\n");
    echo "$lock: ", $request->readLine(), "\n";
    $session->awaitNoConnection();
    echo $session->run('session_start(); var_dump($_SESSION["n"]);', ['rustsql.lock_timeout' => '0']);
}
?>
--EXPECT--
advisory: closed
int(1)
row: closed
int(1)
