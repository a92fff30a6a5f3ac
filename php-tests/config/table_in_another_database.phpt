--TEST--
rustsql.table takes database.identifier, with and without a database in the DSN
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$other = 'other_' . getmypid();
$server->query("CREATE DATABASE $other");
$server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON $other.* TO app");
foreach (['advisory', 'row'] as $lock) {
    $cases = [
        'with' => $server->dsn("table=$other.s_$lock&lock=$lock"),
        'without' => $server->dsn("table=$other.s_$lock&lock=$lock", ['database' => '']),
    ];
    foreach ($cases as $id => $dsn) {
        session_save_path($dsn);
        session_id($id);
        same(true, session_start(), "$lock, $id");
        $_SESSION['a'] = 1;
        session_write_close();
        $rows = $server->query("SELECT data FROM $other.s_$lock WHERE id = x'" . session_key($id) . "'");
        same([['data' => 'a|i:1;']], $rows, "$lock, $id: the row");
        session_start();
        same(['a' => 1], $_SESSION, "$lock, $id: read");
        same(0, session_gc(), "$lock, $id: session_gc()");
        session_destroy();
        same([], $server->query("SELECT data FROM $other.s_$lock WHERE id = x'" . session_key($id) . "'"), "$lock, $id: destroyed");
    }
    session_save_path($cases['with']);
    has("`$other`.`s_$lock`", RustSql\schema(), "$lock: schema()");
}
$server->query("DROP DATABASE $other");
$server->query("REVOKE SELECT, INSERT, UPDATE, DELETE, CREATE ON $other.* FROM app");
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
