--TEST--
A socket, an IPv4 address and a name reach the server
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$table = new Table;
$dsns = [
    'socket' => $server->socketDsn("table=$table->name"),
    'socket without a host' => "mysql://app:app-secret@/app?table=$table->name&socket=" . rawurlencode($server->socket),
    'IPv4' => $server->dsn("table=$table->name"),
    // The server listens on 127.0.0.1 alone, the name may be ::1 first.
    'localhost' => $server->dsn("table=$table->name", ['host' => 'localhost']),
];
foreach ($dsns as $what => $dsn) {
    $id = strtr($what, ' ', '-');
    session_save_path($dsn);
    session_id($id);
    same(true, session_start(), $what);
    $_SESSION['a'] = $what;
    $host = RustSql\status()['host'];
    has(str_contains($what, 'socket') ? $server->socket : (string) $server->port, (string) $host, "$what: host");
    session_write_close();
    same('a|' . serialize($what), $table->row($id)['data'] ?? null, "$what: the row");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
