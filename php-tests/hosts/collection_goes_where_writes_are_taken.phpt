--TEST--
session_gc() collects on the first host that takes writes and returns the count; without such a host it returns false with one warning
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/hosts.php';

[$replica, $server, $dead] = [Server::start(), Server::start(), new DeadHost];
$replica->query('SET GLOBAL read_only = 1');
foreach (each_lock($server) as $lock => $table) {
    $table->create();
    foreach (['down' => [$dead, $server], 'a replica' => [$replica, $server]] as $what => $hosts) {
        $table->addExpired(50);
        session_save_path(hosts_dsn($hosts, "table=$table->name&lock=$lock"));
        session_id('abc');
        session_start();
        same(50, session_gc(), "$lock, $what: session_gc()");
        $_SESSION['a'] = $what;
        session_write_close();
        same([], warnings(), "$lock, $what: warnings");
        same(1, $table->count(), "$lock, $what: rows");
        same('a|' . serialize($what), $table->row('abc')['data'], "$lock, $what: the session");
    }
    session_save_path(hosts_dsn([$dead, $server], "table=$table->name&lock=$lock"));
    session_id('abc');
    session_start();
    $server->query('SET GLOBAL read_only = 1');
    same(false, session_gc(), "$lock: nobody takes writes");
    one_warning([host($dead), host($server)], warnings(), "$lock: nobody takes writes");
    $server->query('SET GLOBAL read_only = 0');
    $_SESSION['a'] = 'written';
    session_write_close();
    same('a|s:7:"written";', $table->row('abc')['data'], "$lock: the session afterwards");
    same([], warnings(), "$lock: afterwards");
}
echo "done\n";
?>
--EXPECT--
done
