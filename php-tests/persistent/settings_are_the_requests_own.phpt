--TEST--
On a kept connection each request has its own settings: time limits of the server, lock mode, table, namespace, waits
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

/** A request whose DSN has these parameters. */
function with(FastCgiWorker $host, string $params, string $code): string
{
    $dsn = $host->session->server->dsn($params, ['user' => $host->session->user]);
    return trim($host->run("session_save_path('$dsn'); $code"));
}
const ID = 'echo RustSql\status()["connection_id"];';
const WAIT = '$start = hrtime(true); @session_start(); $seconds = (hrtime(true) - $start) / 1e9;';

$session = new Session('advisory');
$rows = new Session('row', [], null, $session);
$host = new FastCgiWorker($session);

with($host, '', 'session_start();'); // The table is there.
$first = with($host, 'lock_ttl=600', 'session_start();' . ID);
foreach (['lock=row', 'lock=unlocked', 'lock=auto', 'lock_ttl=20', 'lock_timeout=5&lock=row', 'lock_timeout=2.5&lock=row', 'lock_timeout=-1&lock=row',
    'connect_timeout=1', 'namespace=x', 'lock_failure=readonly', 'read_only=1', 'retry_after=1'] as $params) {
    $id = with($host, $params, 'session_start();' . ID);
    echo $id === $first ? '' : "$params: another connection\n";
}
// The socket's own timeouts are set when it is opened.
echo with($host, 'io_timeout=3', 'session_start();' . ID) === $first ? "io_timeout=3: the same connection\n" : '';

// Each way to lock, right after the other, is a lock for those who use the same.
foreach (['advisory' => $session, 'row' => $rows, 'advisory again' => $session] as $lock => $of) {
    $params = 'lock=' . $of->lock;
    $held = with($host, $params, 'session_start(); $ini = ' . var_export(['rustsql.lock_timeout' => '0'] + $of->ini + ['session.save_handler' => 'rustsql'], true) . ';
        $command = ["' . getenv('TEST_PHP_EXECUTABLE') . '", "-n", "-d", "extension=' . php_extension_file() . '"];
        foreach ($ini as $key => $value) array_push($command, "-d", "$key=\"$value\"");
        $rival = proc_open([...$command, "-r", "session_id(\"' . $session->id . '\"); echo @session_start() ? 2 : 1;"], [1 => ["pipe", "w"]], $pipes);
        echo stream_get_contents($pipes[1]) === "1" ? "held" : "not held", " as ", RustSql\status()["lock"];');
    echo "$lock: $held\n";
}

// The wait of an earlier request binds no later one, in either mode.
foreach ([$session, $rows] as $of) {
    $holder = $of->hold('', [], $session->id);
    foreach ([[60, 1], [0, 1], [60, 0]] as [$before, $timeout]) {
        foreach (LOCKS as $mode) {
            with($host, "lock=$mode&lock_timeout=$before", 'session_id("other"); session_start();');
        }
        $seconds = (float) with($host, "lock=$of->lock&lock_timeout=$timeout", WAIT . 'echo $seconds;');
        echo $seconds >= $timeout - 0.1 && $seconds < $timeout + 20 ? '' : "$of->lock: waited $seconds s with lock_timeout=$timeout\n";
    }
    echo "$of->lock: waits as set\n", $of->finish($holder);
}

// The server ends a kept connection when it was idle for as long as the last request said, not the first.
with($host, 'lock_ttl=600', 'session_start();');
echo with($host, 'lock_ttl=1', 'session_start(); echo "lock_ttl=1";'), "\n";
$session->awaitNoConnection();
with($host, 'lock_ttl=1', 'session_start();');
$id = with($host, 'lock_ttl=600', 'session_start();' . ID);
// Longer than the limit of the request before.
Server::waitFor(fn () => ($session->connections()[0]['Time'] ?? 99) >= 2);
echo with($host, 'lock_ttl=600', 'session_start();' . ID) === $id ? "lock_ttl=600\n" : "lock_ttl=600: the connection has gone\n";

// Other tables, other namespaces: other sessions.
$other = $session->server->freshTable();
with($host, "table=$session->table", 'session_start(); $_SESSION["n"] = 1;');
with($host, "table=$other", 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 10;');
with($host, "namespace=x", 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 100;');
foreach (["table=$session->table", "table=$other", 'namespace=x'] as $params) {
    echo with($host, $params, 'session_start(); echo $_SESSION["n"];'), ' ';
}
echo "\n";
?>
--EXPECT--
advisory: held as advisory
row: held as row
advisory again: held as advisory
advisory: waits as set
row: waits as set
lock_ttl=1
lock_ttl=600
1 10 100 
