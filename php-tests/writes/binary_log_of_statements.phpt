--TEST--
binlog_format=STATEMENT: sessions are written, collected and locked as usual, and the server logs no warnings
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$mysql = getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql';
$server = Server::start(null, ['log_bin' => 'statements', 'server_id' => '1', 'binlog_format' => 'STATEMENT'] + ($mysql ? ['log_error_verbosity' => '3'] : ['log_warnings' => '2']));
foreach ([0, 1] as $persistent) {
    foreach (['advisory', 'row', 'unlocked', 'merge'] as $lock) {
        $case = "lock=$lock, persistent=$persistent";
        $table = new Table($lock, ['persistent' => $persistent], $server);
        // A process of its own: it learns how the server logs from its first packet.
        $run = php_run('
            ob_start();
            foreach ([1, 2, 3] as $n) {
                session_id("abc");
                session_start();
                $_SESSION["n"] = $n;
                session_write_close();
            }
            session_start();
            $_SESSION["large"] = str_repeat("x", 100000);
            session_regenerate_id(true);
            echo session_id();
        ', $table->ini());
        $new = $run['out'];
        check($run['err'] === '' && strlen($new) > 10 && strlen($new) < 100, "$case: the process", $run);
        check(str_starts_with($table->row($new)['data'] ?? '', 'n|i:3;large'), "$case: stored");
        same(null, $table->row('abc'), "$case: the old id");
        // Collected by a process whose first work that is.
        $table->addExpired(30);
        same('30', php_run('session_id("other"); session_start(); echo session_gc();', $table->ini())['out'], "$case: session_gc()");
        // With no time to wait nothing of its own may stand in its way.
        $run = php_run('session_id("abc"); session_start(); $_SESSION["n"] = 5;', $table->ini(['rustsql.dsn' => $table->dsn(['lock_timeout' => 0])]));
        same(['', 'n|i:5;'], [$run['out'], $table->row('abc')['data'] ?? null], "$case: without a wait");
        $table->update('abc', 'expires = expires - 600');
        $aged = $table->row('abc')['expires'];
        same(5, $table->request('abc', fn () => $_SESSION['n']), "$case: touch");
        check($table->row('abc')['expires'] > $aged, "$case: touched");
    }
}
// The administrator changes how the server logs while a process knows it, and holds a session.
foreach ([0, 1] as $persistent) {
    foreach (['advisory', 'row', 'unlocked', 'merge'] as $lock) {
        $server->query("SET GLOBAL binlog_format = 'ROW'");
        $table = new Table($lock, ['persistent' => $persistent], $server);
        $table->request('abc', fn () => $_SESSION['n'] = 1);
        // A kept connection has the format of its beginning.
        $worker = php_start('
            foreach (["abc", "abc", "new"] as $n => $id) {
                session_id($id);
                session_start();
                $_SESSION["n"] = $n;
                if ($n === 0) { fwrite(STDOUT, "open\n"); fgets(STDIN); }
                session_write_close();
            }', $table->ini(['session.use_cookies' => '0', 'session.cache_limiter' => '']));
        $worker->readLine();
        $server->query("SET GLOBAL binlog_format = 'STATEMENT'");
        $run = $worker->wait();
        same(['', 'n|i:1;', 'n|i:2;'], [$run['out'] . $run['err'], $table->row('abc')['data'], $table->row('new')['data'] ?? null], "lock=$lock, persistent=$persistent: changed meanwhile");
    }
}
// Eight requests at once on new sessions, which deadlock easily in REPEATABLE READ: each has its turn, and no increment is lost.
foreach (each_lock($server) as $lock => $table) {
    $code = 'for ($i = 0; $i < 40; $i++) { session_id("n$i"); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); }';
    $all = array_map(fn () => php_start($code, $table->ini()), range(1, 8));
    foreach ($all as $one) {
        same('', $one->wait()['out'], "$lock: increments");
    }
    $stored = array_map(fn ($i) => $table->row("n$i")['data'] ?? null, range(0, 39));
    same(['n|i:8;'], array_values(array_unique($stored)), "$lock: increments");
}
// Who merges still warns of an advisory lock that another request has.
$table = new Table('advisory', [], $server);
$table->request('abc', fn () => $_SESSION = ['a' => 1, 'b' => 1]);
$holder = php_start('session_id("abc"); session_start(); fwrite(STDOUT, "open\n"); fgets(STDIN);', $table->ini());
$holder->readLine();
$run = php_run('ob_start(); session_id("abc"); session_start(); $_SESSION["b"] = 2;', $table->ini(['rustsql.dsn' => $table->dsn(['lock' => 'merge'])]));
one_warning('holds the session with GET_LOCK', $run['out'], 'merged');
same('', $holder->wait()['out'], 'the holder');
same('a|i:1;b|i:2;', $table->row('abc')['data'], 'merged');
same([], preg_grep('~unsafe~i', file(dirname($server->socket) . '/server.log')), "the server's log");
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
