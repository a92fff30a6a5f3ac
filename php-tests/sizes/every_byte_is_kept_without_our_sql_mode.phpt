--TEST--
Behind a proxy that drops our sql_mode, with NO_BACKSLASH_ESCAPES on the server, every byte is stored, and no byte is SQL
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/proxy.php';
require __DIR__ . '/../inc/session.php';

$bytes = implode('', array_map('chr', range(0, 255)));
$values = [
    'all bytes' => $bytes, 'not UTF-8' => "\xc3\x28\xff\xfe'\\", 'quotes' => "'\"`'';--", 'backslashes' => "\\\\'\\0\\n\\", 'NULs' => "\0\0a\0'",
    'a backslash at the end' => '\\', 'a quote at the end' => "'", 'half a character before a quote' => "\xe4'\xe4\xbd'\xf0\x9f\x98'", 'text' => "caf\u{e9} \u{1f600}'",
    'SQL' => "',expires=0,version=1 -- ", 'SQL behind a backslash' => "\\',expires=0,version=1 -- ", 'SQL behind two' => "\\\\',expires=0,version=1 -- ",
    '17 KB' => str_repeat("\\'\0", 5800), '15 KB' => str_repeat("it's ", 3000),
];
$server = Server::start(null, ['character_set_server' => 'utf8mb4']);
foreach (['', 'ANSI,NO_BACKSLASH_ESCAPES'] as $mode) {
    $server->query("SET GLOBAL sql_mode='$mode'");
    $ours = ["sql_mode='STRICT_ALL_TABLES'" => "sql_auto_is_null    =      0"];
    $charset = fn (string $name) => ['character_set_client=latin1' => str_pad('character_set_client=', 27 - strlen($name)) . $name];
    // Also where it is taken for text in a character set that has backslashes within characters.
    foreach ($mode ? [$ours, $ours + $charset('gbk'), $ours + $charset('cp932')] : [$ours] as $replace) {
        $proxy = new Proxy($server, $replace);
        foreach (count($replace) > 1 ? ['advisory'] : LOCKS as $lock) {
            $table = new Table($lock, [], $server);
            foreach (['0', '1'] as $persistent) {
                $case = "$mode, " . implode(' ', $replace) . ", $lock, persistent $persistent";
                $id = "abc$persistent";
                foreach ($values as $what => $value) {
                    session_save_path($proxy->dsn("table=$table->name&lock=$lock&persistent=$persistent"));
                    session_id($id);
                    check(session_start(), "$case, $what");
                    $_SESSION = ['v' => $value];
                    session_write_close();
                    $row = $table->row($id);
                    same('v|' . serialize($value), $row['data'] ?? null, "$case, $what: stored");
                    check(($row['expires'] ?? 0) > $row['now'], "$case, $what: nothing else was changed");
                    session_start();
                    check(['v' => $value] === $_SESSION, "$case, $what: read");
                    session_abort();
                }
            }
        }
        same([], warnings(), 'warnings');
    }
}
echo "done\n";
?>
--EXPECT--
done
