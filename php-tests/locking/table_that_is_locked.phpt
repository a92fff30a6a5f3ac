--TEST--
While the table is locked (backup, LOCK TABLES, ALTER TABLE), each call ends in time with a warning; nothing is stored later, no other host is used
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const BOUND = 12; // seconds; generous for io_timeout=3, where the server's own limit is one
$server = Server::start();
$second = Server::start();
/** Holds a lock of that kind from its connection until it is closed. */
function lock_table(Server $server, Table $table, string $how): Closure
{
    $other = fn () => new mysqli('localhost', 'root', '', 'app', 0, $server->socket);
    $holder = $other();
    if ($how !== 'ALTER TABLE') {
        $holder->query($how === 'LOCK TABLES' ? "LOCK TABLES $table->name WRITE" : $how);
        return fn () => $holder->close();
    }
    $holder->query('START TRANSACTION');
    $holder->query("SELECT COUNT(*) FROM $table->name");
    $waits = $other();
    $waits->query("ALTER TABLE $table->name ADD extra INT, ALGORITHM=COPY", MYSQLI_ASYNC);
    Server::waitFor(fn () => preg_grep('~metadata lock~', array_column($server->query('SHOW PROCESSLIST'), 'State')));
    return function () use ($holder, $waits, $server, $table) {
        $server->query("KILL $waits->thread_id");
        try { $waits->reap_async_query(); } catch (mysqli_sql_exception) {}
        $waits->close();
        $holder->close();
    };
}

function timed(string $what, callable $work): mixed
{
    $start = hrtime(true);
    $result = $work();
    check(hrtime(true) - $start < BOUND * 1e9, "$what: in time", (hrtime(true) - $start) / 1e9);
    return $result;
}

$blame = ['the table is locked', 'ALTER TABLE', 'FLUSH TABLES WITH READ LOCK'];
foreach (each_lock($server, ['io_timeout' => 3, 'lock_timeout' => 0.5]) as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['n'] = 1);
    foreach (['FLUSH TABLES WITH READ LOCK', 'LOCK TABLES', 'ALTER TABLE'] as $how) {
        $case = "$lock, $how";
        // A backup lets advisory locks be taken and rows be read.
        $starts = $lock === 'advisory' && $how === 'FLUSH TABLES WITH READ LOCK';
        $before = $table->frozen('abc');

        // A request that began before, and its write.
        $early = php_start('session_id("abc"); session_start(); fwrite(STDOUT, "locked\n"); fgets(STDIN); $_SESSION["n"] = "late"; session_write_close();', $table->ini());
        same('locked', $early->readLine(), "$case: the early request");
        // With rows the request's own transaction keeps an ALTER out, and LOCK TABLES too.
        $keeps_out = $lock === 'row' && $how !== 'FLUSH TABLES WITH READ LOCK';
        if ($keeps_out) {
            $early->write("\n");
            same('', $early->wait()['out'], "$case: the early request's end");
            $before = $table->frozen('abc');
        }
        $unlock = lock_table($server, $table, $how);
        $started = hrtime(true);
        // Whoever may wait for the lock waits for the table, too.
        $waiter = $starts ? null : php_start('session_id("abc"); session_start(); echo $_SESSION["n"];', $table->ini(['rustsql.dsn' => $table->dsn(['lock_timeout' => 20])]));
        // Another host that takes writes is none the better for it: its sessions would begin empty.
        $list = str_replace("@127.0.0.1:$server->port", "@127.0.0.1:$server->port,127.0.0.1:$second->port", $table->dsn());
        $two_hosts = $how === 'LOCK TABLES' && $lock === 'advisory' ? php_start('session_id("abc"); var_dump(session_start(), session_start());', $table->ini(['rustsql.dsn' => $list])) : null;
        if (!$keeps_out) {
            $early->write("\n");
            $out = timed("$case: the early write", fn () => $early->wait()['out']);
            one_warning($blame, $out, "$case: the early write");
        }
        if ($starts) {
            same(1, timed("$case: start", fn () => $table->request('abc', fn () => $_SESSION['n'])), "$case: start");
            same([], warnings(), "$case: an unchanged session");
            timed("$case: write and lottery", fn () => $table->request('abc', fn () => $_SESSION['n'] = 'late', ['gc_probability' => 1, 'gc_divisor' => 1]));
            one_warning($blame, warnings(), "$case: write and lottery");
            ini_set('session.gc_probability', '0');
            same(false, timed("$case: session_gc()", fn () => $table->request('abc', fn () => session_gc())), "$case: session_gc()");
            one_warning($blame, warnings(), "$case: session_gc()");
            same(null, timed("$case: a table that is missing", fn () => (new Table($lock, $table->params, $server))->request('new')), "$case: a table that is missing");
            one_warning($blame, warnings(), "$case: a table that is missing");
        } else {
            same(null, timed("$case: start", fn () => $table->request('abc')), "$case: start");
            one_warning($blame, warnings(), "$case: start");
            if ($two_hosts) {
                $out = timed("$case: two hosts", fn () => $two_hosts->wait()['out']);
                same([2, 2], [substr_count($out, 'bool(false)'), substr_count($out, 'the table is locked')], "$case: two hosts");
                same([], $second->query("SHOW TABLES FROM app LIKE '$table->name'"), "$case: the second host");
            }
        }
        if ($how === 'FLUSH TABLES WITH READ LOCK') {
            $opened = timed("$case: readonly", fn () => $table->request('abc', fn () => $_SESSION['n'], [], ['lock_failure' => 'readonly']));
            same(1, $opened, "$case: lock_failure=readonly");
            $starts ? same([], warnings(), "$case: lock_failure=readonly") : one_warning(['opened read-only', 'the table is locked'], warnings(), "$case: lock_failure=readonly");
        }
        // No statement goes on in the server without its client.
        Server::waitFor(fn () => hrtime(true) - $started > 1.5e9);
        Server::waitFor(fn () => $server->connections() <= ($waiter ? 1 : 0));
        $unlock();
        $n = $keeps_out ? 'late' : '1';
        $waiter && same($n, $waiter->wait()['out'], "$case: the waiter");
        Server::waitFor(fn () => $server->connections() === 0);
        same($before['data'], $table->row('abc')['data'], "$case: nothing is stored later");
        $table->request('abc', fn () => $_SESSION['n'] = 1);
        same([], warnings(), "$case: afterwards");
    }

    // Who is killed while its write waits does not keep its session from others.
    $case = "$lock, killed";
    $killed = php_start('session_id("abc"); session_start(); fwrite(STDOUT, "locked\n"); fgets(STDIN); $_SESSION["n"] = "late"; session_write_close();', $table->ini());
    same('locked', $killed->readLine(), $case);
    $unlock = lock_table($server, $table, 'FLUSH TABLES WITH READ LOCK');
    $killed->write("\n");
    Server::waitFor(fn () => preg_grep('~read lock|backup lock~', array_column($server->query('SHOW PROCESSLIST'), 'State')));
    $killed->signal(SIGKILL);
    $killed->wait();
    Server::waitFor(fn () => $server->connections() === 0, BOUND);
    $lock === 'advisory' && same(1, $table->request('abc', fn () => $_SESSION['n']), "$case: the next request");
    $unlock();
    same(1, $table->request('abc', fn () => $_SESSION['n']), "$case: what is stored");
    same([], warnings(), $case);
}
echo "done\n";
--EXPECT--
done
