--TEST--
RustSql\status() tells how long a request waited for the lock
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

// An account of its own tells the waiter from other tests' connections.
$server = Server::shared();
$user = 'waits_' . getmypid();
$server->query("CREATE USER '$user'@'%' IDENTIFIED BY 'app-secret'");
$server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO '$user'@'%'");
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $holder = php_start('session_id("abc"); session_start(); echo "locked\n"; fgets(STDIN);', $table->ini());
    same('locked', $holder->readLine(), "$lock: the holder");
    $waiter = php_start('session_id("abc"); session_start(); echo json_encode(RustSql\status());',
        $table->ini(['rustsql.dsn' => $server->dsn("table=$table->name&lock=$lock", ['user' => $user])]));
    $statement = $lock === 'row' ? 'FOR UPDATE' : 'GET_LOCK';
    Server::waitFor(fn () => array_filter($server->query('SHOW FULL PROCESSLIST'), fn ($row) => $row['User'] === $user && str_contains((string) $row['Info'], $statement)));
    $started = hrtime(true);
    Server::waitFor(fn () => hrtime(true) - $started > 100e6);
    $holder->wait();
    $status = json_decode($waiter->wait()['out'], true);
    check($status['waited_ms'] >= 100 && $status['waited_ms'] < 20000, "$lock: waited", $status);
}
$server->query("DROP USER '$user'@'%'");
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
