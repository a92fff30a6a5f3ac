--TEST--
An account without the rights on the table is told the GRANT that gives them
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$working = new Table;
$account = ['user' => "o'reader", 'password' => 'reader-secret'];
$requests = [
    'SELECT' => ['SELECT', fn () => 0],
    'INSERT' => ['INSERT', fn () => $_SESSION['new'] = 1],
    'UPDATE' => ['UPDATE', fn () => $_SESSION['a'] = 2],
    'DELETE' => ['DELETE', fn () => session_destroy()],
    'CREATE' => ['CREATE', fn () => $_SESSION['new'] = 1],
    'all of them' => ['ALL', fn () => $_SESSION['new'] = 1],
];
foreach (['advisory', 'row', 'unlocked'] as $lock) {
    foreach ($requests as $what => [$lacks, $request]) {
        $table = new Table;
        if (!in_array($lacks, ['CREATE', 'ALL'])) {
            $table->request('abc', fn () => $_SESSION['a'] = 1);
        }
        $server->query("CREATE USER 'o''reader'@'127.0.0.%' IDENTIFIED BY 'reader-secret'");
        if ($lacks !== 'ALL') {
            $has = array_diff(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE'], [$lacks]);
            $server->query('GRANT ' . implode(', ', $has) . ($lacks === 'CREATE' ? ' ON app.*' : " ON app.`$table->name`") . " TO 'o''reader'@'127.0.0.%'");
        }
        // It needs the right to use the database.
        $server->query("CREATE TABLE IF NOT EXISTS app.any_table (a INT)");
        $server->query("GRANT SELECT ON app.any_table TO 'o''reader'@'127.0.0.%'");
        $run = function () use ($server, $table, $lock, $account, $request, $lacks): void {
            session_save_path($server->dsn("table=$table->name&lock=$lock", $account));
            session_id($lacks === 'INSERT' ? 'new' : 'abc');
            if (session_start()) {
                $request();
                session_status() === PHP_SESSION_ACTIVE && session_write_close();
            }
        };
        $run();
        $case = "$lock, without $what";
        $warning = one_warning(["127.0.0.1:$server->port", '1142', '42000', $table->name, 'GRANT ', "'o''reader'@'127.0.0.%'"], warnings(), $case);
        check(!str_contains($warning, 'secret'), "$case: nothing secret", $warning);
        $grant = preg_match("~GRANT .*?@'127.0.0.%'~", $warning, $found) ? $found[0] : 'SELECT 1';
        $server->query($grant);
        $run();
        same([], warnings(), "$case: after $grant");
        $server->query("DROP USER 'o''reader'@'127.0.0.%'");
        same(['lock' => $lock], $working->request($lock, fn () => $_SESSION = ['lock' => $lock]), "$case: afterwards");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
