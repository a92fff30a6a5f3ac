--TEST--
A foreign transaction has locked the row: each call waits for it once or twice, and the warning says what it waited for
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const IO = 4; // The server waits two seconds less.
$server = Server::shared();
$admin = new mysqli('localhost', 'root', '', 'app', 0, $server->socket);
$admin->query('SET autocommit = 0');
$cause = ['1205', "a transaction that is not rustsql's"];
foreach (['0', '1'] as $persistent) {
    $table = new Table('advisory', ['lock_timeout' => '0', 'io_timeout' => (string) IO, 'persistent' => $persistent]);
    $table->request('abc', fn () => $_SESSION['n'] = 1);
    // Nobody waits here, and a connection that was given up ends a moment later.
    $name = session_lock($table->name, 'abc');
    $settle = fn () => Server::waitFor(fn () => $server->query("SELECT IS_FREE_LOCK('$name') AS free")[0]['free'] == 1);
    $lock = fn () => $admin->query("SELECT * FROM $table->name WHERE id = x'" . session_key('abc') . "' FOR UPDATE");

    $lock();
    $start = hrtime(true);
    same(null, $table->request('abc'), "persistent $persistent: start");
    check((hrtime(true) - $start) / 1e9 < IO + 2, "persistent $persistent: start in time", (hrtime(true) - $start) / 1e9);
    one_warning($cause, warnings(), "persistent $persistent: start");
    $admin->query('ROLLBACK');

    foreach (['write' => fn () => $_SESSION['n'] = 2, 'destroy' => fn () => session_destroy()] as $what => $call) {
        $settle();
        $table->request('abc', function () use ($lock, $call, &$start) {
            $lock();
            $start = hrtime(true);
            $call();
        });
        check((hrtime(true) - $start) / 1e9 < 2 * IO + 2, "persistent $persistent: $what in time", (hrtime(true) - $start) / 1e9);
        one_warning($cause, warnings(), "persistent $persistent: $what");
        $admin->query('ROLLBACK');
        same('n|i:1;', $table->row('abc')['data'] ?? null, "persistent $persistent: after the $what");
    }
    $settle();
    $table->request('abc', fn () => $_SESSION['n']++);
    same('n|i:2;', $table->row('abc')['data'], "persistent $persistent: at last");
    same([], warnings(), "persistent $persistent: at last");
}
echo "done\n";
?>
--EXPECT--
done
