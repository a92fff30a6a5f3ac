--TEST--
rustsql gc deletes all expired sessions and no other, with the settings of PHP, of the environment or of a file
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/table.php';

$table = new Table();
$table->request('abc', fn () => $_SESSION['live'] = 1);
$collects = function (string $how, int $rows, array $arguments, array $environment = []) use ($table): array {
    $table->addExpired($rows);
    $result = command(['gc', ...$arguments], $environment);
    same([0, ''], [$result['exit'], $result['err']], "$how: exit code and errors");
    same(1, $table->count(), "$how: rows");
    return $result;
};

// More than a batch.
$said = $collects('RUSTSQL_DSN', 250, [], ['RUSTSQL_DSN' => $table->dsn()])['out'];
check(preg_match('~^250 expired sessions deleted in \d+\.\d s\n$~', $said) === 1, 'as text', $said);
$said = json_decode($collects('as JSON', 30, ['--json'], ['RUSTSQL_DSN' => $table->dsn()])['out'], true);
same([30, ['deleted', 'seconds']], [$said['deleted'] ?? null, array_keys((array) $said)], 'as JSON');
$collects('none left', 0, [], ['RUSTSQL_DSN' => $table->dsn()]);

$php = php_with($table->ini());
$collects('PHP', 3, ['--php', $php]);
$collects('session.save_path', 3, ['--php', php_with(['session.save_path' => $table->dsn(), 'rustsql.dsn' => ''])]);

// The password is in a file, and nothing secret in the process list.
$file = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '.cnf';
file_put_contents($file, "[client]\nuser=app\npassword=app-secret\nhost=127.0.0.1\nport={$table->server->port}\ndatabase=app\n");
chmod($file, 0600);
$collects('a file', 3, ['--defaults-file', $file, '-d', "rustsql.table=$table->name"]);
$collects('a file and a DSN', 3, ['--defaults-file', $file, '--dsn', "mysql://127.0.0.1:{$table->server->port}/app?table=$table->name"]);
unlink($file);

// -d wins over PHP.
$other = new Table();
$other->create();
$other->addExpired(2);
same(0, command(['gc', '--php', php_with($table->ini(['rustsql.dsn' => $table->server->dsn(), 'rustsql.table' => $table->name])), '-d', "table=$other->name"])['exit'], '-d');
same(0, $other->count(), '-d: rows');
same('live|i:1;', $table->row('abc')['data'], 'the live session');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
