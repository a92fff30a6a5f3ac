--TEST--
A request needs a login, one packet to lock and read, and one to write and release; large data needs one more, and in row mode an unknown id
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/proxy.php';

const REQUESTS = [
    'new' => 'session_start(); $_SESSION["n"] = 1;',
    'changed' => 'session_start(); $_SESSION["n"]++;',
    'changed, 10 KB' => 'session_start(); $_SESSION["x"] = str_repeat("x", 10_000);',
    'changed, 1 MB' => 'session_start(); $_SESSION["x"] = str_repeat("x", 1_000_000);',
    'changed, binary' => 'session_start(); $_SESSION["x"] = random_bytes(1000);',
    'unchanged' => 'session_start();',
    'unchanged, lazy_write=0' => 'ini_set("session.lazy_write", 0); session_start();',
    'unchanged, wrapped' => 'session_set_save_handler(new SessionHandler); session_start();',
    'aborted' => 'session_start(); $_SESSION["n"]++; session_abort();',
    'read and closed' => 'session_start(["read_and_close" => true]);',
    'strict' => 'ini_set("session.use_strict_mode", 1); session_start(); $_SESSION["n"]++;',
    'strict, unknown id' => 'ini_set("session.use_strict_mode", 1); session_id("unknown"); session_start();',
    'reset' => 'session_start(); session_reset(); $_SESSION["n"]++;',
    'regenerated' => 'session_start(); $_SESSION["n"]++; session_regenerate_id();',
    'regenerated, unchanged' => 'session_start(); session_regenerate_id();',
    'regenerated, strict' => 'ini_set("session.use_strict_mode", 1); session_start(); $_SESSION["n"]++; session_regenerate_id();',
    'destroyed' => 'session_start(); session_destroy();',
    'regenerated, old one destroyed' => 'session_start(); $_SESSION["n"] = 1; session_regenerate_id(true);',
];
$proxy = new Proxy(Server::shared());
foreach ([...LOCKS, 'unlocked', 'auto'] as $lock) {
    $session = new Session($lock, ['session.gc_probability' => '0']);
    // The table is there.
    $session->run('session_id("other"); session_start();');
    $dsn = $proxy->dsn('', ['user' => $session->user]);
    foreach (REQUESTS as $what => $code) {
        $error = $session->run($code, ['rustsql.dsn' => $dsn]);
        $cost[$what][$lock] = $error . $proxy->nextConnection();
        // The server may still be about to end the connection, which holds the lock until then.
        $session->awaitNoConnection();
    }
}
foreach ($cost as $what => $of) {
    echo "$what: $of[advisory]\n";
    foreach ($of as $lock => $commands) {
        if ($commands !== $of['advisory']) {
            echo "    $lock: $commands\n";
        }
    }
}
?>
--EXPECT--
new: login query query quit
    row: login query query query quit
changed: login query query quit
changed, 10 KB: login query query quit
changed, 1 MB: login query prepare execute close_statement quit
    row: login query prepare execute query close_statement quit
changed, binary: login query query quit
unchanged: login query quit
unchanged, lazy_write=0: login query quit
unchanged, wrapped: login query quit
aborted: login query quit
read and closed: login query quit
strict: login query query quit
strict, unknown id: login query query query quit
reset: login query query query quit
regenerated: login query query query query quit
regenerated, unchanged: login query query query query quit
    unlocked: login query query query quit
regenerated, strict: login query query query query quit
destroyed: login query query quit
regenerated, old one destroyed: login query query query query quit
    row: login query query query query query quit
