--TEST--
A server that speaks MySQL's protocol and cannot lock sessions, Vitess or TiDB, is named at the login, and the next host is used
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';
require __DIR__ . '/../inc/liar.php';

$table = new Table;
$liar = new Liar($table->server);
$greets_as = fn (string $version) => $liar->lie(['kind' => 'version', 'where' => 'greeting', 'at' => 1, 'every' => 1, 'bytes' => $version]);
foreach (['8.0.11-TiDB-v7.5.0' => 'TiDB', '8.0.30-Vitess' => 'Vitess'] as $version => $name) {
    $greets_as($version);
    $warning = cannot_start($name, $liar->dsn("table=$table->name"), ["is $name, ", 'MySQL or MariaDB'], $table);
    check(!str_contains($warning, 'is the server running'), "$name: the cure", $warning);
    session_save_path($liar->dsn("table=$table->name"));
    has("is $name, ", (string) RustSql\ping()[0]['error'], "$name: ping()");
    // The next host is a server that can.
    [, $port] = explode(':', strstr(substr(strrchr($liar->dsn(), '@'), 1), '/', true));
    session_save_path(strtr($table->dsn(), ["127.0.0.1:{$table->server->port}" => "127.0.0.1:$port,127.0.0.1:{$table->server->port}"]));
    session_id('abc');
    session_start();
    same("127.0.0.1:{$table->server->port}", RustSql\status()['host'] ?? null, "$name: the next host");
    session_write_close();
    same([], warnings(), "$name: warnings with a next host");
}
// No other name is one of theirs.
$greets_as('8.0.30-like-MySQL');
session_save_path($liar->dsn("table=$table->name"));
session_id('abc');
same(true, session_start(), 'another name');
session_write_close();
same([], warnings(), 'another name: warnings');
echo "done\n";
--EXPECT--
done
