--TEST--
Expired sessions are collected also while another account holds the collector's lock; session_gc() runs to the end in any case
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    // What any account of the server can do, without a right to anything.
    $name = 'rustsql.gc.' . substr(hash('sha256', "app\0$table->name\0"), 0, 32);
    $table->server->query("CREATE USER IF NOT EXISTS 'stranger'@'%' IDENTIFIED BY 'stranger-secret'");
    $holds = function (string $user, string $password) use ($table, $name): mysqli {
        $rival = new mysqli('127.0.0.1', $user, $password, '', $table->server->port);
        same('1', (string) $rival->query("SELECT GET_LOCK('$name', 0)")->fetch_row()[0], "the lock of $user");
        return $rival;
    };
    $lottery = fn () => $table->request('abc', fn () => $_SESSION['a'] = microtime(), ['gc_probability' => 1, 'gc_divisor' => 1]);

    // The name is the one that collectors take: one of the own account has its turn to itself.
    $own = $holds(Server::USER, Server::PASSWORD);
    $table->addExpired(90);
    $lottery();
    same(91, $table->count(), "$lock: a turn of the own account");
    same(90, $table->request('abc', fn () => session_gc()), "$lock: session_gc() beside it");
    same(1, $table->count(), "$lock: rows");
    $own->close();
    Server::waitFor(fn () => $table->server->query("SELECT IS_FREE_LOCK('$name') AS f")[0]['f'] == 1);

    $stranger = $holds('stranger', 'stranger-secret');
    $table->addExpired(90);
    $lottery();
    same(1, $table->count(), "$lock: the lottery beside a stranger");
    $table->addExpired(90);
    same(90, $table->request('abc', fn () => session_gc()), "$lock: session_gc() beside a stranger");
    $stranger->close();
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
