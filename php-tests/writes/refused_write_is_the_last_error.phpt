--TEST--
A refused write is the last error of PHP, since session_write_close() is true even then
--FILE--
<?php
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/session.php';

// As docs/behaviour.md has it.
const CLOSE = 'ini_set("display_errors", "0"); error_clear_last(); $closed = session_write_close();
    fwrite(STDOUT, json_encode([$closed, (error_get_last()["type"] ?? 0) === E_WARNING]));';
const ADD = 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;';

foreach ([...LOCKS, 'merge'] as $lock) {
    $session = new Session($lock);
    same('[true,false]', trim($session->run(ADD . CLOSE)), "$lock: new");
    same('[true,false]', trim($session->run(ADD . CLOSE)), "$lock: changed");
    same('[true,false]', trim($session->run('session_start();' . CLOSE)), "$lock: unchanged");
    same('[true,true]', trim($session->run(ADD . CLOSE, ['rustsql.max_size' => '4'])), "$lock: too large");
    same('n|i:2;', $session->stored(), "$lock: stored");
}

// Somebody writes without waiting for the lock.
$session = new Session('advisory');
$holder = $session->hold('$_SESSION["n"] = "old";' . CLOSE);
$session->run('session_start(); $_SESSION["n"] = "new";', ['rustsql.lock' => 'unlocked']);
same('[true,true]', trim($session->finish($holder)), 'a stale write');
same('n|s:3:"new";', $session->stored(), 'the newer data');
echo "done\n";
--EXPECT--
done
