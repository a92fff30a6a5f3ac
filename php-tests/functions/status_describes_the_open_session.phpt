--TEST--
RustSql\status() describes the open session, and is empty without one
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$types = ['host' => 'string', 'connection_id' => 'int', 'lock' => 'string', 'waited_ms' => 'float', 'held_ms' => 'float', 'version' => 'int', 'bytes' => 'int'];
foreach (each_lock() as $lock => $table) {
    same([], RustSql\status(), "$lock: before");
    $table->request('abc', function () use ($lock) {
        $status = RustSql\status();
        same([$lock, null, 0], [$status['lock'], $status['version'], $status['bytes']], "$lock: new");
        $_SESSION['a'] = 'xyz';
    });
    same([], RustSql\status(), "$lock: closed");
    $table->request('abc', function () use ($lock, $table, $types) {
        $status = RustSql\status();
        same($types, array_intersect_key(array_map(get_debug_type(...), $status), $types), "$lock: types");
        same('127.0.0.1:' . $table->server->port, $status['host'], "$lock: host");
        same($lock, $status['lock'], "$lock: lock");
        same((int) $table->row('abc')['version'], $status['version'], "$lock: version");
        same(strlen('a|s:3:"xyz";'), $status['bytes'], "$lock: bytes");
        $ids = array_column($table->server->query('SHOW PROCESSLIST'), 'Id');
        check(in_array((string) $status['connection_id'], $ids, true), "$lock: connection_id", [$status, $ids]);
        check($status['waited_ms'] >= 0 && $status['held_ms'] >= 0 && RustSql\status()['held_ms'] >= $status['held_ms'], "$lock: times", $status);
    });
    foreach (['read_only' => ['read_only' => '1'], 'unlocked' => ['lock' => 'unlocked']] as $what => $params) {
        same($what === 'unlocked' ? 'unlocked' : 'none', $table->request('abc', fn () => RustSql\status()['lock'], [], $params), "$lock: $what");
    }
    $table->request('abc', null, ['read_and_close' => true]);
    same([], RustSql\status(), "$lock: read and closed");
    $table->request('abc', fn () => session_destroy());
    same([], RustSql\status(), "$lock: destroyed");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
