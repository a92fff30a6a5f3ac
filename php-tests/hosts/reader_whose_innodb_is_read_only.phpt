--TEST--
A server that is read-only by innodb_read_only alone, as a reader of Aurora, is passed over
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$reader = Server::start();
$writer = Server::start();
$ini = ['session.gc_probability' => '0', 'rustsql.table' => 'sessions'];
$session = new Session('auto', $ini, $reader);
$session->run('session_start(); $_SESSION["n"] = 1;');
$reader->restart(['innodb_read_only' => 'ON', 'innodb_fast_shutdown' => '0']);
new Session('auto', [], $writer); // the account

$name = fn (string $text): string => strtr($text, [host($reader) => 'reader', host($writer) => 'writer']);
foreach (['auto', ...LOCKS, 'unlocked'] as $lock) {
    foreach ([0, 1] as $persistent) {
        $both = ['rustsql.lock' => $lock, 'rustsql.persistent' => $persistent, 'rustsql.dsn' => hosts_dsn([$reader, $writer], '', ['user' => $session->user])] + $ini;
        echo "$lock, ", $persistent ? 'kept' : 'fresh', ': ', $name($session->run('session_start(); $_SESSION["n"] = 2; echo RustSql\status()["host"];', $both));
    }
}
$alone = ['rustsql.dsn' => hosts_dsn([$reader], '', ['user' => $session->user])] + $ini;
echo $name($session->run('var_dump(session_start());', $alone));
echo $session->run('session_start(); echo $_SESSION["n"];', ['rustsql.read_only' => '1'] + $alone);
?>
--EXPECT--
auto, fresh: writer
auto, kept: writer
advisory, fresh: writer
advisory, kept: writer
row, fresh: writer
row, kept: writer
unlocked, fresh: writer
unlocked, kept: writer
Warning: rustsql: reader takes no writes: read_only or innodb_read_only is on; point rustsql.dsn at the primary
bool(false)
1
