--TEST--
RustSql\ping() tells of each host whether it can be reached, takes writes, and has all that a session needs
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::start();
$types = ['host' => 'string', 'reachable' => 'bool', 'writable' => 'bool', 'ready' => 'bool', 'version' => 'string', 'milliseconds' => 'float'];
session_save_path($server->dsn());
$hosts = RustSql\ping();
same(1, count($hosts), 'hosts');
same($types, array_intersect_key(array_map(get_debug_type(...), $hosts[0]), $types), 'types');
same(["127.0.0.1:$server->port", true, true, true, null], [$hosts[0]['host'], $hosts[0]['reachable'], $hosts[0]['writable'], $hosts[0]['ready'], $hosts[0]['error']], 'a good one');
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

/** What ping() says is what session_start() does. */
function agrees(string $what, string $dsn, array $expected, array $parts = []): void
{
    session_save_path($dsn);
    $host = RustSql\ping()[0];
    same($expected, [$host['reachable'], $host['writable'], $host['ready']], $what);
    same([], ours(), "$what: warnings of ping()");
    $host['ready'] ? same(null, $host['error'], "$what: error") : has($parts, (string) $host['error'], "$what: error");
    check(!str_contains((string) $host['error'], 'secret'), "$what: nothing secret", $host);
    session_id('new');
    $works = session_start() && session_destroy();
    same($host['ready'], $works && !ours(), "$what: a session");
    warnings();
}

$rows = fn (Table $table) => $server->query("SELECT COUNT(*) AS c FROM app.`$table->name`")[0]['c'];
$grant = function (string $rights, string $on) use ($server): array {
    $server->query("DROP USER IF EXISTS 'prober'@'%'");
    $server->query("CREATE USER 'prober'@'%' IDENTIFIED BY 'prober-secret'");
    $server->query("GRANT $rights ON $on TO 'prober'@'%'");
    return ['user' => 'prober', 'password' => 'prober-secret'];
};
foreach (['advisory', 'row', 'unlocked'] as $lock) {
    $table = new Table($lock, [], $server);
    $at = fn (array $account = [], string $more = '') => $server->dsn("table=$table->name&lock=$lock$more", $account);
    foreach (['' => 'with it', '&auto_create=0' => 'auto_create=0'] as $more => $what) {
        agrees("$lock: no table, no right to make it, $what", $at($grant('SELECT, INSERT, UPDATE, DELETE', 'app.*'), $more), [true, true, false], [$table->name, 'missing', 'CREATE TABLE']);
    }
    agrees("$lock: no table, auto_create=0", $at([], '&auto_create=0'), [true, true, false], [$table->name, 'auto_create']);
    session_save_path($at());
    same(true, RustSql\ping()[0]['ready'], "$lock: a table that can be made");
    same([], $server->query("SHOW TABLES FROM app LIKE '$table->name'"), "$lock: and was not");
    agrees("$lock: a table that can be made", $at(), [true, true, true]);
    foreach (['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as $lacks) {
        $rights = implode(', ', array_diff(['SELECT', 'INSERT', 'UPDATE', 'DELETE'], [$lacks]));
        session_save_path($at($grant($rights, "app.`$table->name`")));
        $host = RustSql\ping()[0];
        same([true, true, false], [$host['reachable'], $host['writable'], $host['ready']], "$lock: without $lacks");
        has(["$lacks command denied", 'GRANT SELECT, INSERT, UPDATE, DELETE', "'prober'@'%'"], (string) $host['error'], "$lock: without $lacks");
    }
    agrees("$lock: just the rights", $at($grant('SELECT, INSERT, UPDATE, DELETE', "app.`$table->name`")), [true, true, true]);
    // A page that never writes needs one right.
    session_save_path($at($grant('SELECT', "app.`$table->name`"), '&read_only=1'));
    same(true, RustSql\ping()[0]['ready'], "$lock: read_only");
    same('0', $rows($table), "$lock: nothing is left");
    $server->query("ALTER TABLE app.`$table->name` ENGINE=MyISAM");
    agrees("$lock: MyISAM", $at(), [true, true, $lock !== 'row'], ['MyISAM', 'ENGINE=InnoDB']);
    same('0', $rows($table), "$lock: nothing is left in MyISAM");
    $server->query("ALTER TABLE app.`$table->name` ENGINE=InnoDB, MODIFY id BINARY(32)");
    agrees("$lock: another shape", $at(), [true, true, false], ['`id` binary(32)']);
}

// Limits that do not stop a session do not stop ping() either.
$table = new Table('advisory', [], $server);
foreach (['max_join_size', 'sql_select_limit'] as $limit) {
    $server->query("SET GLOBAL $limit = 1");
    agrees($limit, $table->dsn(), [true, true, true]);
    $server->query("SET GLOBAL $limit = DEFAULT");
}
agrees('a wrong password that is sent with the first statement', $server->dsn('pipelined_login=1', ['password' => 'other-secret']), [false, false, false], ['are user and password right']);

// Whatever a host lacks, it says so once; one that takes no writes is good for pages that only read.
$server->query('SET GLOBAL read_only = 1');
$table = new Table('advisory', [], $server);
$table->create();
session_save_path($table->dsn());
$host = RustSql\ping()[0];
same([true, false, false], [$host['reachable'], $host['writable'], $host['ready']], 'read_only');
has('read_only is on', (string) $host['error'], 'read_only');
session_save_path($table->dsn(['read_only' => '1']));
$host = RustSql\ping()[0];
same([true, false, true, null], [$host['reachable'], $host['writable'], $host['ready'], $host['error']], 'read_only on both sides');
// As a reader of Aurora has it.
$server->query('SET GLOBAL read_only = 0');
$server->restart(['innodb_read_only' => 'ON']);
session_save_path($table->dsn());
$host = RustSql\ping()[0];
same([true, false, false], [$host['reachable'], $host['writable'], $host['ready']], 'innodb_read_only');
has('innodb_read_only is on', (string) $host['error'], 'innodb_read_only');

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
