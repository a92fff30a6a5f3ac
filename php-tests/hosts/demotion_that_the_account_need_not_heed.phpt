--TEST--
A demoted primary is skipped at the next request, also for an account that may still write there
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

foreach (['auto', ...LOCKS] as $lock) {
    foreach ([0, 1] as $persistent) {
        $pair = new Pair($lock);
        $exempt = $pair->a->flavour === 'mysql' ? 'CONNECTION_ADMIN' : 'READ ONLY ADMIN';
        $pair->a->query("GRANT $exempt ON *.* TO '{$pair->session->user}'@'%'");
        $pair->session->run('session_start(); $_SESSION["n"] = 1;');
        $pair->copy();
        $worker = new Worker(['rustsql.lock' => $lock, 'rustsql.table' => $pair->session->table, 'rustsql.persistent' => $persistent]);
        $dsn = $pair->session->ini['rustsql.dsn'];
        echo "$lock, ", $persistent ? 'kept' : 'fresh', ': ', $pair->name($worker->request($dsn)), ', ';
        $pair->a->query('SET GLOBAL read_only = 1');
        echo $pair->name($worker->request($dsn)), ', ';
        // An id that has no row yet.
        echo $pair->name($pair->session->run('session_start(); echo RustSql\status()["host"];', ['rustsql.lock' => $lock]));
    }
}
?>
--EXPECT--
auto, fresh: A, B, B
auto, kept: A, B, B
advisory, fresh: A, B, B
advisory, kept: A, B, B
row, fresh: A, B, B
row, kept: A, B, B
