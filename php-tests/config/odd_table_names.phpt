--TEST--
Names of tables and databases with spaces, quotes, dashes, keywords and other scripts work
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$server->admin()->set_charset("utf8mb4");
$pid = getmypid();
$names = ["a b $pid", "sess-ions $pid", "caf\u{e9} \u{1234} $pid", "it's \"$pid\"", "SELECT $pid", "$pid", "Upper$pid", str_pad("long$pid", 64, 'x'), "; DROP TABLE x -- $pid", "a\\b $pid", "100% $pid"];
foreach (['advisory', 'row'] as $lock) {
    foreach ($names as $name) {
        session_save_path($server->dsn('lock=' . $lock . '&table=' . rawurlencode($name)));
        session_id('abc');
        same(true, session_start(), "$lock, $name");
        $_SESSION['a'] = $name;
        session_write_close();
        session_start();
        same(['a' => $name], $_SESSION, "$lock, $name: read");
        same(0, session_gc(), "$lock, $name: session_gc()");
        session_destroy();
        same([['n' => '0']], $server->query("SELECT COUNT(*) AS n FROM app.`$name`"), "$lock, $name: the table");
    }
}

// rustsql.table refuses a backquote, but an existing database may have one.
foreach (["a `b` $pid", "caf\u{e9} $pid", "it's \"$pid\"", "; DROP TABLE x -- $pid"] as $name) {
    $quoted = '`' . str_replace('`', '``', $name) . '`';
    $server->query("CREATE DATABASE $quoted");
    $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON $quoted.* TO app");
    foreach (['advisory', 'row'] as $lock) {
        session_save_path($server->dsn("lock=$lock", ['database' => rawurlencode($name)]));
        session_id('abc');
        same(true, session_start(), "$lock, database $name");
        $_SESSION['a'] = 1;
        session_write_close();
        session_start();
        same(['a' => 1], $_SESSION, "$lock, database $name: read");
        same(0, session_gc(), "$lock, database $name: session_gc()");
        session_destroy();
        same([['n' => '0']], $server->query("SELECT COUNT(*) AS n FROM $quoted.php_sessions"), "$lock, database $name: the table");
    }
    $server->query("REVOKE SELECT, INSERT, UPDATE, DELETE, CREATE ON $quoted.* FROM app");
    $server->query("DROP DATABASE $quoted");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
