--TEST--
Errors of one account do not change the order of hosts for others; but all accounts share that a host is silent or read-only
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

[$silent, $dead] = [new SilentHost, new DeadHost];
[$a, $b] = [Server::start(), Server::start()];
foreach ([[$a, 'one'], [$a, 'two'], [$b, 'one'], [$b, 'two'], [$b, 'b_alone']] as [$server, $user]) {
    $server->query("CREATE USER $user@'%' IDENTIFIED BY 'app-secret'");
    $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO $user@'%'");
}
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $persistent) {
        $worker = new Worker(['rustsql.persistent' => $persistent, 'rustsql.lock' => $lock]);
        $ask = function (string $what, string $user, array $hosts, string $more = '', string $password = Server::PASSWORD) use (&$worker, $silent, $a, $b): void {
            $answer = $worker->refused(hosts_dsn($hosts, "connect_timeout=1$more", ['user' => $user, 'password' => $password]));
            $used = strtr($answer, [host($a) => 'A', host($b) => 'B']);
            echo "  $what: ", strlen($used) === 1 ? $used : 'refused', $silent->connections() ? ', the silent host was tried' : '', "\n";
        };
        echo "$lock, persistent $persistent\n";
        $ask('a wrong password', 'one', [$a, $b], '', 'wrong');
        $ask('  another account', 'two', [$a, $b]);
        $ask('an account of B alone', 'b_alone', [$a, $b]);
        $ask('  another account', 'two', [$a, $b]);

        $ask('who waits for 10 ms', 'one', [$silent, $dead], '&connect_timeout=0.01');
        $ask('  another account', 'two', [$silent, $a]);
        $ask('  a third one', 'one', [$silent, $a, $b]);

        // A trigger of the account's own may answer with any error, this one for a server that takes no writes.
        $table = "t_{$lock}_$persistent";
        $ask('an account makes a table', 'one', [$a, $b], "&table=$table");
        $a->query("DELETE FROM app.$table");
        $a->query("CREATE TRIGGER app.on_$table BEFORE INSERT ON app.$table FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290");
        $ask('  whose trigger speaks for the server', 'one', [$a, $b], "&table=$table");
        $ask('  another account', 'two', [$a, $b]);

        $a->query('SET GLOBAL read_only = 1');
        $worker = new Worker(['rustsql.persistent' => $persistent, 'rustsql.lock' => $lock]);
        $ask('A takes no writes', 'one', [$a, $b]);
        $a->query('SET GLOBAL read_only = 0');
        $ask('  another account', 'two', [$a, $b]);
    }
}
?>
--EXPECT--
advisory, persistent 0
  a wrong password: refused
    another account: A
  an account of B alone: B
    another account: A
  who waits for 10 ms: refused, the silent host was tried
    another account: A, the silent host was tried
    a third one: A
  an account makes a table: A
    whose trigger speaks for the server: refused
    another account: A
  A takes no writes: B
    another account: B
advisory, persistent 1
  a wrong password: refused
    another account: A
  an account of B alone: B
    another account: A
  who waits for 10 ms: refused, the silent host was tried
    another account: A, the silent host was tried
    a third one: A
  an account makes a table: A
    whose trigger speaks for the server: refused
    another account: A
  A takes no writes: B
    another account: B
row, persistent 0
  a wrong password: refused
    another account: A
  an account of B alone: B
    another account: A
  who waits for 10 ms: refused, the silent host was tried
    another account: A, the silent host was tried
    a third one: A
  an account makes a table: A
    whose trigger speaks for the server: refused
    another account: A
  A takes no writes: B
    another account: B
row, persistent 1
  a wrong password: refused
    another account: A
  an account of B alone: B
    another account: A
  who waits for 10 ms: refused, the silent host was tried
    another account: A, the silent host was tried
    a third one: A
  an account makes a table: A
    whose trigger speaks for the server: refused
    another account: A
  A takes no writes: B
    another account: B
