--TEST--
An IPv6 address in brackets reaches the server
--SKIPIF--
<?php if (!@stream_socket_server("tcp://[::1]:0")) echo "skip this machine has no IPv6"; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::start(null, ['bind_address' => '::1']);
foreach (each_lock($server) as $lock => $table) {
    session_save_path($server->dsn("table=$table->name&lock=$lock", ['host' => '[::1]']));
    session_id('abc');
    same(true, session_start(), $lock);
    $_SESSION['a'] = 1;
    same("[::1]:$server->port", RustSql\status()['host'], "$lock: host");
    session_write_close();
    same('a|i:1;', $table->row('abc')['data'] ?? null, "$lock: the row");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
