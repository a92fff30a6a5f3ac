--TEST--
Eight threads serve sessions at the same time: no update is lost, no thread sees another's session, and the limit of kept connections holds
--SKIPIF--
<?php
require __DIR__ . '/../inc/embedded.php';
skip_without_embedded(threads: true);
?>
--FILE--
<?php
require __DIR__ . '/../inc/embedded.php';

const THREADS = 8;
const REQUESTS = 100;
// Each thread has a session of its own, every second request is one of a session that all want, some die.
const PAGE = '
    $own = "own-$thread"; $shared = $number % 2 === 0;
    session_id($shared ? "shared" : $own);
    if (RustSql\status()) echo "a session is open already\n";
    ini_set("rustsql.lock_timeout", $timeout = (string) (20 + $thread));
    if (!session_start()) { echo "not started\n"; return; }
    if (($_SESSION["of"] ?? null) !== ($number > 2 ? ($shared ? "all" : $own) : $_SESSION["of"] ?? null)) echo "$own has the session of $_SESSION[of]\n";
    if (ini_get("rustsql.lock_timeout") !== $timeout) echo "another thread\'s setting\n";
    $_SESSION["of"] = $shared ? "all" : $own;
    $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
    if ($number % 20 === 3) { session_regenerate_id(); session_write_close(); session_id($own); session_start(); }
    if ($number % 25 === 0) { ini_set("display_errors", 0); undefined_function(); }
    if ($number % 25 === 1) exit;';
$server = Server::start();
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $persistent) {
        // A place for each thread: with fewer, how many find one is up to the machine.
        $session = new Session($lock, ['rustsql.persistent' => $persistent, 'rustsql.persistent_size' => (string) THREADS], $server);
        $session->run('session_start();'); // The table is there.
        $before = (int) $server->query("SHOW GLOBAL STATUS LIKE 'Connections'")[0]['Value'];
        echo "$lock: ", embedded(PAGE, $session->ini, THREADS, REQUESTS);
        $logins = (int) $server->query("SHOW GLOBAL STATUS LIKE 'Connections'")[0]['Value'] - $before;
        $session->awaitNoConnection();
        $read = fn (string $id) => (int) $session->finish($session->start('session_start(); echo $_SESSION["n"] ?? 0;', [], $id));
        $own = array_map(fn (int $thread) => $read("own-$thread"), range(0, THREADS - 1));
        echo $read('shared'), ' in the shared one, ', implode(' ', array_unique($own)), ' in each of the others, ',
            $logins >= THREADS * REQUESTS ? 'a login for each' : ($logins > THREADS * REQUESTS / 2 ? 'FEW KEPT' : 'most connections kept'), "\n";
    }
}
?>
--EXPECT--
advisory: 400 in the shared one, 50 in each of the others, a login for each
advisory: 400 in the shared one, 50 in each of the others, most connections kept
row: 400 in the shared one, 50 in each of the others, a login for each
row: 400 in the shared one, 50 in each of the others, most connections kept
