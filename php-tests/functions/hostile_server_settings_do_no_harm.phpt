--TEST--
Whatever the server is configured to do by default, sessions are stored byte for byte and committed
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

ini_set('memory_limit', '512M');
$mysql = getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql';
$server = Server::start(null, [
    'autocommit' => '0',
    'sql_mode' => 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,NO_AUTO_VALUE_ON_ZERO,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE',
    'transaction_isolation' => 'SERIALIZABLE',
    'character_set_server' => 'latin1',
    'init_connect' => 'SET NAMES gbk, autocommit=0, group_concat_max_len=4, time_zone=\'+05:00\'',
    'wait_timeout' => '5', 'interactive_timeout' => '5',
    'innodb_lock_wait_timeout' => '1',
] + ($mysql ? ['max_execution_time' => '1'] : ['max_statement_time' => '0.2', 'skip_character_set_client_handshake' => null]));
// Not for the test's own look at it.
$server->query('SET SESSION ' . ($mysql ? 'max_execution_time' : 'max_statement_time') . ' = 0');
$bytes = implode('', array_map('chr', range(0, 255)));
$values = [
    'quotes' => "it's \"quoted\" `so`", 'backslashes' => "\\'\\\\' \\0 \\", 'gbk' => "\xbf' OR 1=1 -- \xbf\\'", 'pipes' => "'||'x'||'",
    'bytes' => $bytes, 'utf8' => "caf\u{e9} \u{1F600}", 'empty' => '', 'large bytes' => str_repeat($bytes, 8000), 'large utf8' => str_repeat("caf\u{e9}'\\ ", 200000),
];
foreach (each_lock($server) as $lock => $table) {
    foreach ($values as $what => $value) {
        $encoded = $table->request('abc', function () use ($value) {
            $_SESSION['v'] = $value;
            return session_encode();
        });
        check($encoded === $table->row('abc')['data'], "$lock, $what: stored");
        check($value === ($table->request('abc')['v'] ?? null), "$lock, $what: read");
    }
    same(0, $table->request('abc', fn () => session_gc()), "$lock: session_gc()");
    $table->addExpired(10);
    $server->query('COMMIT');
    same(10, $table->request('abc', fn () => session_gc()), "$lock: session_gc() of 10");
    $new = $table->request('abc', fn () => session_regenerate_id(true) ? session_id() : '');
    same([null, 'v'], [$table->row('abc'), substr($table->row($new)['data'] ?? '', 0, 1)], "$lock: regenerated");

    // Two requests: the second waits longer than any limit of the server, and reads what the first has written.
    $holder = php_start('session_id("q"); session_start(); echo "locked\n"; fgets(STDIN); $_SESSION["n"] = 1;', $table->ini());
    same('locked', $holder->readLine(), "$lock: the holder");
    $waiter = php_start('session_id("q"); echo "asks\n"; $start = hrtime(true); session_start(); echo json_encode($_SESSION), hrtime(true) - $start > 1.2e9 ? "waited" : "";', $table->ini());
    same('asks', $waiter->readLine(), "$lock: the waiter");
    // In whole seconds, 3 are more than 2. A connection that logs in may show any time, so that only a statement counts.
    Server::waitFor(fn () => array_filter($server->query('SHOW PROCESSLIST'), fn ($row) => $row['User'] === Server::USER && $row['Info'] && $row['Time'] >= 3));
    $holder->write("\n");
    same('', $holder->wait()['out'], "$lock: the holder's end");
    same('{"n":1}waited', $waiter->wait()['out'], "$lock: the waiter");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
