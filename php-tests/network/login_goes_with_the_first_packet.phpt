--TEST--
With rustsql.pipelined_login=1 the first packet is sent with the login; if that fails, nothing is executed, and a normal login follows
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/liar.php';

$server = Server::start();
$server->query("SET GLOBAL log_output = 'TABLE'");
$server->query('SET GLOBAL general_log = 1');
/** The logins and the statements of the account in the server's log since the last call. */
$asked = function () use ($server): array {
    $rows = $server->query("SELECT command_type AS type, COUNT(*) AS n FROM mysql.general_log WHERE command_type = 'Connect' OR user_host LIKE '%" . Server::USER . "%' GROUP BY command_type");
    $server->query('TRUNCATE mysql.general_log');
    $counts = array_column($rows, 'n', 'type');
    return [(int) ($counts['Connect'] ?? 0), (int) array_sum(array_diff_key($counts, ['Connect' => 0, 'Quit' => 0]))];
};
foreach (each_lock($server, ['pipelined_login' => 1, 'retry_after' => 0]) as $lock => $table) {
    same(1, $table->request('abc', fn () => $_SESSION['n'] = 1), "$lock: written");
    same(['n' => 1], $table->request('abc'), "$lock: read");
    same([], warnings(), "$lock: warnings");
    $row = $table->frozen('abc');

    check($asked()[1] > 0, "$lock: statements are logged");

    // The password is wrong.
    session_save_path($server->dsn(http_build_query(['table' => $table->name, 'lock' => $lock, 'pipelined_login' => 1]), ['password' => 'another-secret']));
    session_id('abc');
    same(false, session_start(), "$lock: a wrong password");
    one_warning(['refuses the login', '1045'], warnings(), "$lock: a wrong password");
    [$logins, $statements] = $asked();
    same([true, 0], [$logins > 0, $statements], "$lock: logins and statements with a wrong password");
    same($row, $table->frozen('abc'), "$lock: the row after a wrong password");
}

// MySQL wants more than one answer for a password that is not in its cache. MariaDB has no such plugin without another package.
$table = new Table('advisory', ['pipelined_login' => 1, 'retry_after' => 0], $server);
$server->query('FLUSH PRIVILEGES');
foreach (['first', 'second'] as $which) {
    same($which, $table->request('more', fn () => $_SESSION['which'] = $which), "more than one answer, $which");
    has($which, $table->row('more')['data'], "more than one answer, $which");
}
same([], warnings(), 'more than one answer');

// Something between PHP and the server that ends such a connection.
foreach (['cut', 'drop', 'error'] as $kind) {
    $liar = new Liar($server);
    $liar->lie(['kind' => $kind, 'where' => 'accepted', 'at' => 1, 'every' => 0]);
    session_save_path($liar->dsn(http_build_query($table->params + ['table' => $table->name, 'connect_timeout' => '1'])));
    session_id($kind);
    same(true, session_start(), "$kind: started");
    $_SESSION['n'] = 1;
    session_write_close();
    same([], warnings(), "$kind: warnings");
    same('n|i:1;', $table->row($kind)['data'] ?? null, "$kind: written");
    same(true, (bool) $liar->lies(), "$kind: was told");
}
echo "done\n";
--EXPECT--
done
