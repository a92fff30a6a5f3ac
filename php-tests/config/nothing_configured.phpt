--TEST--
Without a server, a user or a database one warning says what to set
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$cases = [
    'nothing' => [['rustsql.dsn' => ''], ['rustsql.dsn', 'no database server is named', 'mysql://']],
    'a folder as save_path' => [['rustsql.dsn' => '', 'session.save_path' => '/tmp'], ['rustsql.dsn', 'no database server is named']],
    'no host' => [['rustsql.dsn' => 'mysql://app:hidden@/app'], ['rustsql.dsn', 'server']],
    'no user' => [['rustsql.dsn' => $server->dsn('', ['user' => ''])], ['rustsql.dsn', 'no user is named', 'rustsql.user']],
    'no database' => [['rustsql.dsn' => $server->dsn('', ['database' => ''])], ['rustsql.dsn', 'no database is named']],
    'no database in save_path' => [['session.save_path' => $server->dsn('', ['database' => ''])], ['session.save_path', 'no database is named']],
];
foreach ($cases as $what => [$ini, $parts]) {
    $result = php_run('var_dump(session_start());', $ini);
    $own = one_warning($parts, $result['out'], $what);
    has('bool(false)', $result['out'], $what);
    check(!str_contains($own, 'app-secret') && !str_contains($own, 'hidden'), "$what: no password", $own);
}
echo "done\n";
--EXPECT--
done
