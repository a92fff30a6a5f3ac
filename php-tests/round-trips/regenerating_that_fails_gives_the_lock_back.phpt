--TEST--
session_regenerate_id() closes the session when its write is refused: lock and connection are given back then
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.max_size' => '1K']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    // The second PHP 8.6 refuses by itself.
    foreach (['too large' => '$_SESSION["n"] = str_repeat("x", 2000);', 'cannot be encoded' => '$_SESSION["a|b"] = 2;'] as $why => $code) {
        $request = $session->hold("$code \$ok = @session_regenerate_id(); pause(\$ok ? 'regenerated' : 'closed');");
        $request->write("\n");
        echo "$lock, $why: ", $request->readLine(), "\n";
        $session->awaitNoConnection();
        echo $session->run('session_start(); var_dump($_SESSION["n"]);', ['rustsql.lock_timeout' => '0']);
    }
}
?>
--EXPECT--
advisory, too large: closed
int(1)
advisory, cannot be encoded: closed
int(1)
row, too large: closed
int(1)
row, cannot be encoded: closed
int(1)
