--TEST--
rustsql check names each misconfiguration with its cure, and has only ticks where all is good
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/table.php';

/** The lines that are no tick, as "state name: text; cure". */
function bad_lines(array $result): array
{
    $lines = array_filter(json_decode($result['out'], true)['lines'], fn ($line) => $line['state'] !== 'good');
    return array_values(array_map(fn ($line) => "$line[state] $line[name]: $line[text]; $line[cure]", $lines));
}

/** Exactly one line is no tick. It begins with `$begins` and has all `$parts`. */
function names(string $begins, array|string $parts, string $dsn, array $arguments = []): void
{
    $result = command(['check', '--json', ...$arguments], ['RUSTSQL_DSN' => $dsn]);
    $lines = bad_lines($result);
    $what = "$begins " . implode(' ', (array) $parts);
    same((int) str_starts_with($begins, 'fault'), $result['exit'], "$what: exit code");
    if (count($lines) !== 1) {
        echo "$what: expected one line, got ", shown($lines), ' ', shown($result['err']), "\n";
        return;
    }
    has([$begins, ...(array) $parts], $lines[0], 'the line');
    check(!str_contains($result['out'] . $result['err'], 'secret'), "$what: no secret", $result['out']);
}

$server = Server::start(null, ['performance_schema' => 'ON', 'log_bin' => 'log', 'server_id' => '1', 'binlog_format' => 'ROW']);
$table = new Table(server: $server);
$dsn = $table->dsn();

// All is good: before the first session, and with a table.
foreach (['missing; the first session creates it', 'InnoDB, with the right columns'] as $text) {
    $result = command(['check', '--workers', '20', '--max-execution-time', '30', '--request-terminate-timeout', '60'], ['RUSTSQL_DSN' => $dsn]);
    same([0, ''], [$result['exit'], $result['err']], 'good: exit code');
    has(["settings\n  ✓ ", "\n127.0.0.1:$server->port\n  ✓ login: ", 'mysql://app:***@', $text], $result['out'], 'good');
    check(!preg_match('~^  [^✓ ]~mu', $result['out']), 'good: only ticks', $result['out']);
    same([], bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => $dsn])), 'good: as JSON');
    same($text[0] === 'm' ? 0 : 1, count($server->query("SHOW TABLES FROM app LIKE '$table->name'")), 'the table is not created');
    $text[0] === 'm' and $table->create();
}
same(0, $table->count(), 'nothing is written');

// Settings.
names('fault settings: ', ['rustsql.lock_timeout', 'no session starts'], $dsn, ['-d', 'lock_timeout=soon']);
names('fault settings: ', "unknown parameter 'tabel'", "$dsn&tabel=x");
names('fault settings: ', 'is not followed by', 'mysql://app:secret%@127.0.0.1/app');

// Login.
names('fault login: ', ['refuses the login', 'are user and password right'], $server->dsn('', ['password' => 'wrong-secret']));
names('fault connection: ', ['cannot connect to 127.0.0.1:1', 'is the port right'], $server->dsn('', ['port' => 1]));
names('fault name: ', 'its name cannot be resolved', $server->dsn('', ['host' => 'no-such-host.invalid']));
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
