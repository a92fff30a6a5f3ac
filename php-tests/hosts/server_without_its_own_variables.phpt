--TEST--
A server built without Galera's variables, or one that does not show its own, keeps sessions; it is asked for them once
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/proxy.php';

$mysql = getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql';
// The names are changed on their way: the server answers what it answers for any that it does not have.
$words = ['wsrep_' => 'no_ep_', 'performance_schema.global_var' => 'performance_schema.no_bal_var'];
$proxy = new Proxy(Server::shared(), $words);
foreach ([0, 1] as $persistent) {
    foreach (['auto', 'advisory', 'row', 'unlocked'] as $lock) {
        $case = "lock=$lock, persistent=$persistent";
        $table = new Table($lock);
        // A process of its own: what one has learned of a server, it knows.
        $run = php_run('
            ob_start();
            foreach (["a", "b"] as $id) {
                session_id($id);
                session_start();
                $_SESSION["n"] = 1;
                $lock = RustSql\\status()["lock"];
                session_write_close();
                session_id($id);
                session_start(["read_and_close" => true]);
                echo $lock, json_encode($_SESSION), " ";
            }
            session_id("a");
            session_start();
            echo session_gc();
            session_regenerate_id(true);
            session_destroy();
        ', ['rustsql.dsn' => $proxy->dsn("table=$table->name" . ($lock === 'auto' ? '' : "&lock=$lock") . "&persistent=$persistent")]);
        // A MySQL that does not say may be a node of a cluster, where only rows lock for all.
        $name = $lock === 'auto' ? ($mysql ? 'row' : 'advisory') : $lock;
        same("$name{\"n\":1} $name{\"n\":1} 0", $run['out'] . $run['err'], $case);
        same(1, $table->count(), "$case: rows");
        same('n|i:1;', $table->row('b')['data'] ?? null, "$case: stored");
    }
}

// Refused, asked again, and told what stays; then as any server.
$proxy = new Proxy(Server::shared(), $words);
$table = new Table('advisory');
$table->create();
$run = php_run('for ($n = 0; $n < 3; $n++) { session_id("p$n"); session_start(); $_SESSION["n"] = 1; session_write_close(); }', ['rustsql.dsn' => $proxy->dsn("table=$table->name&lock=advisory")]);
same('', $run['out'], 'packets');
$packets = array_map(fn () => substr_count($proxy->nextConnection(), 'query'), range(1, 3));
same([4, 2, 2], $packets, 'packets');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
