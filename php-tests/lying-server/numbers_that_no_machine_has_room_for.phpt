--TEST--
Absurd column counts and lengths are an error of the connection at once, and use no memory
--FILE--
<?php
require __DIR__ . '/../inc/liar.php';
require __DIR__ . '/../inc/table.php';

$memory = fn () => (int) preg_filter('~.*^VmPeak:\s+(\d+).*~ms', '$1', file_get_contents('/proc/self/status'));
$numbers = [
    'accepted' => ["\xfe\0\0\0\0\0\1\0\0", "\xfd\xff\xff\xff"],
    'head' => ["\xfe\0\0\0\0\0\1\0\0", "\xfe\0\0\0\x40\0\0\0\0", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff", "\xfd\xff\xff\xff"],
    'column' => ["\xfe\0\0\0\x40\0\0\0\0", "\3def\xfe\0\0\0\x40\0\0\0\0", "\3def\xfe\xff\xff\xff\xff\xff\xff\xff\xff"],
    'row' => ["\xfe\0\0\0\x40\0\0\0\0", "\x01\x31\xfe\0\0\0\x40\0\0\0\0", "\x01\x31\xfd\xff\xff\xff"],
];
foreach (each_lock() as $lock => $table) {
    same('kept', $table->request('abc', fn () => $_SESSION['n'] = 'kept'), "$lock: written");
    $row = $table->frozen('abc');
    $liar = new Liar($table->server);
    session_save_path($liar->dsn(http_build_query(['table' => $table->name, 'lock' => $lock, 'retry_after' => 0, 'lock_timeout' => -1])));
    $before = $memory();
    foreach ($numbers as $where => $each) {
        foreach ($each as $bytes) {
            $what = "$lock, " . bin2hex($bytes) . " as $where";
            $liar->lie(['kind' => $where === 'accepted' ? 'surplus' : 'columns', 'where' => $where, 'at' => 1, 'every' => 1, 'bytes' => $bytes]);
            session_id('abc');
            same(false, session_start(), $what);
            one_warning(['127.0.0.1', $where === 'accepted' ? 'cannot connect' : 'was lost'], warnings(), $what);
            same(true, (bool) $liar->lies(), "$what: was told");
        }
    }
    check($memory() - $before < 100_000, "$lock: kilobytes", $memory() - $before);
    same($row, $table->frozen('abc'), "$lock: the row");
    same(['n' => 'kept'], $table->request('abc'), "$lock: afterwards");
    same([], warnings(), "$lock: warnings");
}
echo "done\n";
--EXPECT--
done
