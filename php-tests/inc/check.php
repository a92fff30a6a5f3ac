<?php
/*
 * The answer of `rustsql check`.
 *
 *     names('fault table: ', 'has no `tag`', $table->dsn());
 */

require_once __DIR__ . '/command.php';
require_once __DIR__ . '/table.php';

/** The lines that are no tick, as "state name: text; cure". */
function bad_lines(array $result): array
{
    $lines = array_filter(json_decode($result['out'], true)['lines'], fn ($line) => $line['state'] !== 'good');
    return array_values(array_map(fn ($line) => "$line[state] $line[name]: $line[text]; $line[cure]", $lines));
}

/** Exactly one line is no tick. It begins with `$begins` and has all `$parts`. */
function names(string $begins, array|string $parts, string $dsn, array $arguments = []): void
{
    $result = command(['check', '--json', ...$arguments], $dsn === '' ? [] : ['RUSTSQL_DSN' => $dsn]);
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
