--TEST--
RustSql\ping() tells of each host whether it can be reached and takes writes
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::start();
$types = ['host' => 'string', 'reachable' => 'bool', 'writable' => 'bool', 'version' => 'string', 'milliseconds' => 'float'];
session_save_path($server->dsn());
$hosts = RustSql\ping();
same(1, count($hosts), 'hosts');
same($types, array_intersect_key(array_map(get_debug_type(...), $hosts[0]), $types), 'types');
same(["127.0.0.1:$server->port", true, true], [$hosts[0]['host'], $hosts[0]['reachable'], $hosts[0]['writable']], 'a good one');
same($server->query('SELECT VERSION() AS v')[0]['v'], $hosts[0]['version'], 'version');
check($hosts[0]['milliseconds'] > 0 && $hosts[0]['milliseconds'] < 10000, 'milliseconds', $hosts[0]);
same(0, count($server->query("SHOW TABLES FROM app")), 'no table was made');

// While a session is open, it stays as it is.
$table = new Table('advisory', [], $server);
$table->request('abc', function () {
    $id = RustSql\status()['connection_id'];
    $_SESSION['a'] = RustSql\ping()[0]['reachable'];
    same($id, RustSql\status()['connection_id'], 'the session\'s connection');
});
same(['a' => true], $table->request('abc'), 'the session');

$server->query('SET GLOBAL read_only = 1');
session_save_path($server->dsn());
$host = RustSql\ping()[0];
same([true, false], [$host['reachable'], $host['writable']], 'read_only');

foreach (['nobody listens' => ['port' => 1], 'wrong password' => ['password' => 'other-secret'], 'no such database' => ['database' => 'nothing']] as $what => $override) {
    session_save_path($server->dsn('', $override));
    $host = RustSql\ping()[0];
    same(['127.0.0.1:' . ($override['port'] ?? $server->port), false, false, null], [$host['host'], $host['reachable'], $host['writable'], $host['version']], $what);
    check(is_string($host['error'] ?? null) && !str_contains($host['error'], 'secret'), "$what: error", $host);
}
same([], warnings(), 'warnings');
session_save_path('mysql://app@127.0.0.1/app?nonsense=1');
same([], RustSql\ping(), 'a wrong DSN');
one_warning('nonsense', warnings(), 'a wrong DSN');
echo "done\n";
--EXPECT--
done
