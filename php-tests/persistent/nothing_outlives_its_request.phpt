--TEST--
However a request ends, its worker continues, the lock is free at once, and no transaction stays open
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

const ENDS = [
    'closed' => '$_SESSION["n"]++; session_write_close();',
    'unchanged' => '',
    'end of the script' => '$_SESSION["n"]++;',
    'aborted' => '$_SESSION["n"]++; session_abort();',
    'exit' => '$_SESSION["n"]++; exit;',
    'exception' => '$_SESSION["n"]++; throw new Exception("thrown");',
    'out of memory' => '$_SESSION["n"]++; ini_set("memory_limit", "4M"); $x = []; for (;;) $x[] = str_repeat("x", 100000);',
    'max_execution_time' => '$_SESSION["n"]++; set_time_limit(1); for (;;);',
    'fatal error in a shutdown function' => '$_SESSION["n"]++; register_shutdown_function(fn () => undefined_function());',
    'destroyed' => 'session_destroy();',
    'regenerated' => '$_SESSION["n"]++; session_regenerate_id();',
    'regenerated, old one destroyed' => '$_SESSION["n"]++; session_regenerate_id(true);',
    'reset' => 'session_reset();',
    'garbage collected' => 'session_gc();',
    'too large' => '$_SESSION["x"] = str_repeat("x", 6000);',
    'cannot be encoded' => '$_SESSION["a|b"] = 1;',
    'lock not had' => 'ini_set("rustsql.lock_timeout", "0"); @session_start();',
    'lock not had in time' => 'ini_set("rustsql.lock_timeout", "1"); @session_start();',
    'lock not had, read-only' => 'ini_set("rustsql.lock_timeout", "0"); ini_set("rustsql.lock_failure", "readonly"); @session_start(); @session_abort();',
    'killed' => 'kill(); $_SESSION["n"]++;',
    'killed, and a rival wrote' => 'kill(); rival(); $_SESSION["n"]++;',
    'killed, and a rival wrote, 2 MB' => 'kill(); rival(); $_SESSION["n"] = str_repeat("x", 2_000_000);',
    'killed and aborted' => 'kill(); session_abort();',
    // Of a row lock he waits for the end.
    'a rival wrote' => 'ini_get("rustsql.lock") === "row" || rival(); $_SESSION["n"]++;',
    'a rival wrote, 2 MB' => 'ini_get("rustsql.lock") === "row" || rival(); $_SESSION["n"] = str_repeat("x", 2_000_000);',
    'new' => 'session_abort(); session_id("other"); session_start(); $_SESSION["n"] = 1;',
    'new, nothing stored' => 'session_abort(); session_id("another"); session_start();',
    'unknown id, strict' => 'session_abort(); ini_set("session.use_strict_mode", 1); session_id("unknown"); session_start();',
    'lottery' => 'session_abort(); ini_set("session.gc_probability", 100); session_start(); $_SESSION["n"]++;',
];
/** What an administrator does to the open session. */
const ADMINISTRATOR = '
    function admin() { return new mysqli("localhost", "root", "", "app", 0, "%s"); }
    function rival() { admin()->query("UPDATE %s SET version = version + 1000000000000"); }
    function kill() {
        admin()->query("KILL " . $id = RustSql\status()["connection_id"]);
        while (in_array($id, array_column(admin()->query("SHOW PROCESSLIST")->fetch_all(MYSQLI_ASSOC), "Id")));
    }
';
foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $administrator = sprintf(ADMINISTRATOR, $session->server->socket, $session->table);
    $dsn = $session->server->dsn('max_size=5K', ['user' => $session->user]);
    $modules = array_filter(explode(',', (string) getenv('RUSTSQL_TEST_MODULES')));
    foreach (ENDS as $end => $code) {
        $host = new FastCgiWorker($session, [
            'rustsql.dsn' => str_contains($end, '2 MB') ? $session->ini['rustsql.dsn'] : $dsn,
            'extension' => [php_extension_file(), ...$modules],
        ]);
        $session->run('session_start(); $_SESSION = ["n" => 1];');
        $holder = str_starts_with($end, 'lock not had') ? $session->hold() : null;
        $said = $host->run($administrator . ($holder ? '' : 'session_start();') . $code);
        echo $holder ? $session->finish($holder) : '';
        $kept = $session->connections();
        $held = array_filter(['session', 'other', 'another'], function ($id) use ($session) {
            return $session->finish($session->start('var_dump(session_start());', ['rustsql.lock_timeout' => '0'],
                $id === 'session' ? null : $id)) !== "bool(true)\n";
        });
        $transactions = 0;
        foreach ($kept as $connection) {
            $transactions += count($session->server->query("SELECT 1 FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = $connection[Id]"));
        }
        $again = $host->run('$opened = session_start(); echo RustSql\status()["connection_id"], " ", $opened ? "next request" : "no next request";');
        // One that has ended may still be in the server's list.
        [$id, $again] = explode(' ', trim($again), 2);
        $results[$end][$lock] = sprintf("%s, %s%s\n%s", in_array($id, array_column($kept, 'Id')) ? 'kept' : 'not kept', $held ? 'LOCKED ' . implode(' ', $held) . ', ' : '',
            ($transactions ? "$transactions TRANSACTIONS, " : '') . $again, preg_replace(['~^(?=.)~m', '~ \(tried to .*~', '~\{closure:[^}]*}~'], ['    ', '', '{closure}'], $said));
        $host->end();
        $session->awaitNoConnection();
    }
}
foreach ($results as $end => $of) {
    echo "$end: $of[advisory]";
    if ($of['row'] !== $of['advisory']) {
        echo "  row: $of[row]";
    }
}
?>
--EXPECTF--
closed: kept, next request
unchanged: kept, next request
end of the script: kept, next request
aborted: kept, next request
exit: kept, next request
exception: kept, next request
    Fatal error: Uncaught Exception: thrown
    Stack trace:
    #0 {main}
      thrown
out of memory: kept, next request
    Fatal error: Allowed memory size of 4194304 bytes exhausted%S
max_execution_time: kept, next request
    Fatal error: Maximum execution time of 1 second exceeded
fatal error in a shutdown function: kept, next request
    Fatal error: Uncaught Error: Call to undefined function undefined_function()
    Stack trace:
    #0 [internal function]: {closure}()
    #1 {main}
      thrown
destroyed: kept, next request
regenerated: kept, next request
regenerated, old one destroyed: kept, next request
reset: kept, next request
garbage collected: kept, next request
too large: kept, next request
    Warning: rustsql: the session has 6018 bytes, and rustsql.max_size is 5120; the stored data stays
cannot be encoded: kept, next request%A
lock not had: kept, next request
  row: not kept, next request
lock not had in time: kept, next request
  row: not kept, next request
lock not had, read-only: kept, next request
  row: not kept, next request
killed: kept, next request
killed, and a rival wrote: kept, next request
    Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
killed, and a rival wrote, 2 MB: kept, next request
    Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
killed and aborted: not kept, next request
a rival wrote: kept, next request
    Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
  row: kept, next request
a rival wrote, 2 MB: kept, next request
    Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
  row: kept, next request
new: kept, next request
new, nothing stored: kept, next request
unknown id, strict: kept, next request
lottery: kept, next request
