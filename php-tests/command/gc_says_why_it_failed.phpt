--TEST--
rustsql gc ends with 1 and one message after a failure, with 2 for wrong arguments, and never prints a password
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/table.php';

$table = new Table();
$port = $table->server->port;
$fails = function (int $exit, string $words, array $arguments, array $environment = []): void {
    $result = command(['gc', '--json', ...$arguments], $environment);
    same($exit, $result['exit'], "$words: exit code");
    has($words, $result['err'], 'the message');
    check(!str_contains($result['out'] . $result['err'], 'secret'), "$words: no secret", $result);
    if ($exit === 1) {
        same(1, substr_count($result['err'], "\n"), "$words: lines");
        same($result['err'], 'rustsql: ' . (json_decode($result['out'], true)['error'] ?? '') . "\n", "$words: the same as JSON");
    }
};
$fails(1, 'cannot connect to 127.0.0.1:1: Connection refused', [], ['RUSTSQL_DSN' => 'mysql://app:app-secret@127.0.0.1:1/app']);
$fails(1, "127.0.0.1:$port", [], ['RUSTSQL_DSN' => "mysql://app:wrong-secret@127.0.0.1:$port/app"]);
$fails(1, 'no database is named', [], ['RUSTSQL_DSN' => "mysql://app:app-secret@127.0.0.1:$port"]);
$fails(1, "unknown parameter 'tabel'", [], ['RUSTSQL_DSN' => "mysql://app:app-secret@127.0.0.1:$port/app?tabel=x"]);
$fails(1, 'the first session creates the table', [], ['RUSTSQL_DSN' => $table->dsn()]);

$fails(1, 'no database server is named', ['--php', php_with(['rustsql.dsn' => ''])]);
$quiet = command(['gc', '--if-configured'], ['RUSTSQL_DSN' => $table->dsn()]);
same([0, '', ''], [$quiet['exit'], $quiet['out'], $quiet['err']], '--if-configured before the first session');
$quiet = command(['gc', '--if-configured', '--php', php_with(['rustsql.dsn' => ''])]);
same([0, '', ''], [$quiet['exit'], $quiet['out'], $quiet['err']], '--if-configured');
$fails(1, 'rustsql.lock_timeout', ['--php', php_with($table->ini(['rustsql.lock_timeout' => 'soon']))]);
$fails(1, 'cannot be run', ['--php', '/nowhere/php']);
$fails(1, 'does not load the extension rustsql', ['--php', '/bin/true']);

$fails(2, 'process list', ['--dsn', "mysql://app:app-secret@127.0.0.1:$port/app"]);
$fails(2, 'process list', ['--dsn', "mysql://app@127.0.0.1:$port/app?password=app-secret"]);
$fails(2, 'process list', ['-d', 'rustsql.password=app-secret']);
$fails(2, 'there is no setting rustsql.tabel', ['-d', 'tabel=x']);
$fails(2, "'--every'", ['--every']);
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
