--TEST--
Each SQL block of the documentation runs, and a session works with what the README grants
--FILE--
<?php
require __DIR__ . '/../inc/documentation.php';

/** In a block: why it is not run. */
const NOT_RUN = [
    'AWSAuthenticationPlugin' => 'a plugin of Amazon RDS',
    'FROM sessions' => 'migration/rows_of_other_tables_are_moved.phpt runs it, with the tables',
    'FROM ci_sessions' => 'the same',
    'FROM session_data' => 'the same',
];
$made = new Certificates;
$server = Server::start(null, $made->make('db', $made->authority('ca'))->server());
$server->query("DROP USER 'app'@'%'");
$server->query('DROP DATABASE app');

/** The statements of a block without those that this server does not have. */
function statements(string $sql, string $flavour): array
{
    foreach (['MySQL' => 'mysql', 'MariaDB' => 'mariadb'] as $name => $of) {
        if (str_starts_with($sql, "-- $name") && $of !== $flavour) {
            return [];
        }
    }
    $sql = preg_replace('~--\s.*~', '', $sql);
    return array_filter(array_map(trim(...), preg_split('~;\s*$~m', $sql)));
}
function run(Server $server, string $sql): string
{
    foreach (statements($sql, $server->flavour) as $statement) {
        try {
            $server->query($statement);
        } catch (mysqli_sql_exception $error) {
            return $error->getMessage();
        }
    }
    return '';
}
function works(Server $server): string
{
    $ini = ['rustsql.dsn' => $server->dsn('tls=required', ['password' => 'secret'])];
    return php_run('session_start(); $_SESSION["n"] = 1; session_write_close(); session_start(); echo $_SESSION["n"]; session_destroy();
        echo RustSql\ping()[0]["error"];', $ini)['out'];
}

$met = [];
foreach (documented('sql') as $block) {
    $why = array_filter(NOT_RUN, fn ($text) => str_contains($block->text, $text), ARRAY_FILTER_USE_KEY);
    $met += $why;
    if (!$why) {
        if (str_contains($block->text, 'CREATE USER')) {
            $server->query("DROP USER IF EXISTS 'app'@'%'");
        }
        same('', run($server, $block->text), $block->place);
        // The table is made by the first session, as the README says.
        same('1', works($server), "a session after $block->place");
    }
}
same([], array_diff_key(NOT_RUN, $met), 'each reason has its block');

// The other way of the README: the administrator makes the table, and grants less.
$readme = current(array_filter(documented('sql'), fn (Block $block) => str_contains($block->text, 'CREATE USER')));
$server->query("DROP USER 'app'@'%'");
$server->query('DROP DATABASE app');
$less = str_replace(', CREATE', '', $readme->text, $count);
same(1, $count, 'CREATE is granted once');
[$database, $user, $grant] = statements($less, $server->flavour);
same('', run($server, "$database;\nUSE app;\n" . file_get_contents(repository() . '/sql/schema.sql') . ";\n$user;\n$grant;\n"), 'sql/schema.sql');
same('1', works($server), 'a session with less');

// What is wrong is noticed.
has("doesn't exist", run($server, "GRANT SELECT ON app.php_sesions TO 'app'@'%';\n"), 'a wrong statement');
echo "done\n";
--EXPECT--
done
