<?php
/*
 * What a topology's run came to, and the table at the end.
 */

final class Result
{
    public function __construct(public readonly string $topology, public readonly array $record, public readonly array $faults,
        public readonly Checker $checker)
    {
    }

    /** Milliseconds without any acknowledged request, at most. */
    public function longestStall(): float
    {
        $times = array_column($this->of('acknowledged'), 'end');
        array_push($times, min(array_column($this->record, 'start')), max(array_column($this->record, 'end')));
        sort($times);
        return max(array_map(fn ($a, $b) => $b - $a, array_slice($times, 0, -1), array_slice($times, 1)));
    }

    public function of(string $outcome): array
    {
        return array_values(array_filter($this->record, fn ($request) => $request['outcome'] === $outcome));
    }

    /** "12 no host, 3 lock timeout" */
    public function reasons(string $outcome): string
    {
        $count = array_count_values(array_map(fn ($request) => Record::reason($request['warnings']), $this->of($outcome)));
        arsort($count);
        return self::listed($count);
    }

    public static function listed(array $count): string
    {
        return implode(', ', array_map(fn ($what, $times) => "$times $what", array_keys($count), $count)) ?: '–';
    }
}

/** @param list<Result> $results */
function report(array $results): void
{
    $rows = [['topology', 'requests', 'acknowledged', 'refused', 'warned', 'unknown', 'unreached', 'longest stall',
        'lost', 'doubled', 'rolled back', 'from nowhere', 'stale reads']];
    foreach ($results as $result) {
        $is = $result->checker;
        $counts = array_map(fn ($outcome) => count($result->of($outcome)), ['acknowledged', 'refused', 'warned', 'unknown', 'unreached']);
        $rows[] = [$result->topology, count($result->record), ...$counts, round($result->longestStall()) . ' ms',
            $is->lost, $is->doubled, $is->rolledBack, $is->fromNowhere, $is->staleReads];
    }
    $widths = array_map(fn (int $column) => max(array_map(fn ($row) => strlen((string) $row[$column]), $rows)), array_keys($rows[0]));
    say();
    foreach ($rows as $row) {
        say(implode('  ', array_map(fn ($value, $width) => str_pad((string) $value, $width), $row, $widths)));
    }
    foreach ($results as $result) {
        say();
        say($result->topology);
        say('  faults   ' . Result::listed($result->faults));
        say('  refused  ' . $result->reasons('refused'));
        say('  warned   ' . $result->reasons('warned'));
        say('  unknown  ' . $result->reasons('unknown'));
        foreach (array_slice($result->checker->details, 0, 10) as $detail) {
            say("  $detail");
        }
    }
    say();
}
