<?php
/*
 * What a topology's run came to, and the tables at the end: for the terminal, and as Markdown for documents.
 */

final class Result
{
    /** Of a topology that was not run: all that there is to say. */
    public ?string $skipped = null;
    public ?string $failed = null;
    public string $servers = '';
    public array $record = [];
    /** @var array<string, int> by kind */
    public array $faults = [];
    /** @var list<array{string, float, float}> */
    public array $log = [];
    public ?Checker $checker = null;

    public function __construct(public readonly string $topology)
    {
    }

    public function isClean(): bool
    {
        return $this->checker && !$this->failed && $this->checker->isClean();
    }

    /** Seconds from the first request to the last. */
    public function seconds(): float
    {
        return (max(array_column($this->record, 'end')) - min(array_column($this->record, 'start'))) / 1000;
    }

    /** The longest time without any acknowledged request, and which large faults were under way then. */
    public function longestStall(): string
    {
        $times = array_column($this->of('acknowledged'), 'end');
        array_push($times, min(array_column($this->record, 'start')), max(array_column($this->record, 'end')));
        sort($times);
        $stalls = array_map(fn ($a, $b) => [$b - $a, $a, $b], array_slice($times, 0, -1), array_slice($times, 1));
        [$length, $begin, $end] = max($stalls);
        $faults = array_filter($this->log, fn ($fault) => 1000 * $fault[1] < $end && 1000 * $fault[2] > $begin);
        return sprintf('%.1f s', $length / 1000) . ($faults ? ': ' . implode(', ', array_unique(array_column($faults, 0))) : '');
    }

    public function of(string $outcome): array
    {
        return array_values(array_filter($this->record, fn ($request) => $request['outcome'] === $outcome));
    }

    /** @return array<string, int> how often each reason was given, the most frequent first */
    public function reasons(string $outcome): array
    {
        $count = array_count_values(array_map(fn ($request) => Record::reason($request['warnings']), $this->of($outcome)));
        arsort($count);
        return $count;
    }

    /** @return array<string, int> how many sessions were ended for certain, in each way; only where sessions are merged */
    public function ends(): array
    {
        return array_count_values(array_filter(array_column($this->of('acknowledged'), 'does')));
    }

    /** @return array<string, string|int> */
    public function row(): array
    {
        $is = $this->checker;
        $acknowledged = count($this->of('acknowledged'));
        return [
            'topology' => $this->topology, 'requests' => count($this->record), 'acknowledged' => $acknowledged,
            'a second' => (int) round($acknowledged / $this->seconds()),
            'refused' => count($this->of('refused')), 'warned' => count($this->of('warned')),
            'unknown' => count($this->of('unknown')), 'unreached' => count($this->of('unreached')),
            'faults' => array_sum($this->faults), 'sessions' => count(array_unique(array_column($this->record, 'id'))),
            'lost' => $is->lost, 'doubled' => $is->doubled, 'rolled back' => $is->rolledBack, 'emptied' => $is->emptied,
            'from nowhere' => $is->fromNowhere, 'stale reads' => $is->staleReads,
        ];
    }
}

/** @return list<array> the rows of all topologies, and their sum */
function rows(array $results): array
{
    $rows = array_map(fn ($result) => $result->row(), $results);
    if (count($rows) > 1) {
        $sum = ['topology' => 'all'];
        foreach (array_slice(array_keys($rows[0]), 1) as $column) {
            $sum[$column] = array_sum(array_column($rows, $column));
        }
        $sum['a second'] = (int) round($sum['acknowledged'] / array_sum(array_map(fn ($result) => $result->seconds(), $results)));
        $rows[] = $sum;
    }
    return $rows;
}

/** @param list<Result> $results of the topologies that were run */
function report(array $results): void
{
    if (!$results) {
        return;
    }
    $listed = fn (array $count) => implode(', ', array_map(fn ($what, $times) => "$times $what", array_keys($count), $count)) ?: '–';
    $rows = rows($results);
    $table = [array_keys($rows[0]), ...array_map(array_values(...), $rows)];
    $widths = array_map(fn (int $column) => max(array_map(fn ($row) => strlen((string) $row[$column]), $table)), array_keys($table[0]));
    say();
    foreach ($table as $row) {
        say(rtrim(implode('  ', array_map(fn ($value, $width) => str_pad((string) $value, $width), $row, $widths))));
    }
    foreach ($results as $result) {
        say();
        say($result->topology);
        say('  faults         ' . $listed($result->faults));
        foreach (['refused', 'warned', 'unknown'] as $outcome) {
            say('  ' . str_pad($outcome, 15) . $listed($result->reasons($outcome)));
        }
        say('  ended          ' . $listed($result->ends()));
        say('  longest stall  ' . $result->longestStall());
        foreach (array_slice($result->checker->details, 0, 10) as $detail) {
            say("  $detail");
        }
    }
    say();
}

/** The same for documents; `$about`: lines on how it was made. */
function markdown(array $results, array $about): string
{
    $line = fn (array $cells) => '| ' . implode(' | ', $cells) . " |\n";
    $ruler = fn (array $cells) => '|---|' . str_repeat('---:|', count($cells) - 1) . "\n";
    // One column for each topology, one row for each kind.
    $kinds = function (string $title, Closure $count) use ($results, $line, $ruler): string {
        $head = [$title, ...array_map(fn ($result) => $result->topology, $results)];
        $columns = array_map($count, $results);
        $names = array_unique(array_merge(...array_map(array_keys(...), $columns)));
        $rows = array_map(fn ($name) => $line([$name, ...array_map(fn ($column) => $column[$name] ?? '', $columns)]), $names);
        return $rows ? "\n" . $line($head) . $ruler($head) . implode('', $rows) : '';
    };
    $prefixed = fn (string $outcome) => function (Result $result) use ($outcome): array {
        $reasons = $result->reasons($outcome);
        return array_combine(array_map(fn ($reason) => "$outcome: $reason", array_keys($reasons)), $reasons);
    };

    $rows = rows($results);
    $text = implode('', array_map(fn ($about) => "- $about\n", $about)) . "\n" . $line(array_keys($rows[0])) . $ruler($rows[0]);
    $text .= implode('', array_map($line, $rows));
    $text .= $kinds('no acknowledgement', fn ($result) => $prefixed('refused')($result) + $prefixed('warned')($result) + $prefixed('unknown')($result));
    $text .= $kinds('faults', fn ($result) => $result->faults);
    $text .= $kinds('sessions ended', fn ($result) => $result->ends());
    $text .= "\n| | servers | longest time without an acknowledged request, and the faults under way then |\n|---|---|---|\n";
    foreach ($results as $result) {
        $text .= $line([$result->topology, $result->servers, $result->longestStall()]);
    }
    return $text . "\nA stall lasts as long as the fault that stops the servers or the web hosts (up to 12 seconds), and then until the servers have "
        . "agreed on who takes writes and the handler's own timeouts (here 1 second to connect, 3 for an answer) are over.\n";
}
