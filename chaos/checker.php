<?php
/*
 * Compares what the requests were told with what is stored at the end.
 *
 * | | |
 * |---|---|
 * | lost | a session has fewer increments than were acknowledged |
 * | doubled | two acknowledged requests of a session got the same number: one of them overwrote the other |
 * | rolled back | an acknowledged request read less than had been acknowledged before it began |
 * | emptied | a request, acknowledged or not, got an empty session where one was stored before it began |
 * | from nowhere | more increments than there were requests that may have written |
 * | stale reads | a request that was not acknowledged read less than it should: harmless, since its write was refused |
 *
 * Two that write without a lock at the same time begin from the same number: they are found as doubled or as lost.
 */

class Checker
{
    public int $lost = 0;
    public int $doubled = 0;
    public int $rolledBack = 0;
    public int $emptied = 0;
    public int $fromNowhere = 0;
    public int $staleReads = 0;
    /** @var list<string> */
    public array $details = [];

    /**
     * @param list<array> $record
     * @param array<string, int|list<string>> $stored the counters, or keys, by session
     */
    public function __construct(array $record, protected readonly array $stored)
    {
        $sessions = [];
        foreach ($record as $request) {
            $sessions[$request['id']][] = $request;
        }
        foreach ($sessions as $id => $requests) {
            $this->session($id, $requests, $stored[$id]);
        }
    }

    public function isClean(): bool
    {
        return !$this->lost && !$this->doubled && !$this->rolledBack && !$this->emptied && !$this->fromNowhere;
    }

    protected function session(string $id, array $requests, int|array $stored): void
    {
        $count = array_count_values(array_column($requests, 'outcome'))
            + ['acknowledged' => 0, 'warned' => 0, 'unknown' => 0];
        $numbers = array_column(array_filter($requests, fn ($request) => $request['outcome'] === 'acknowledged'), 'n');
        $doubled = count($numbers) - count(array_unique($numbers));
        $least = max([$count['acknowledged'], ...$numbers]);
        $most = $count['acknowledged'] + $count['warned'] + $count['unknown'];
        $this->note('lost', max(0, $least - $stored), "$id: $least acknowledged, stored $stored");
        $this->note('doubled', $doubled, "$id: $doubled numbers acknowledged twice");
        $this->note('fromNowhere', max(0, $stored - $most), "$id: at most $most written, stored $stored");
        $this->reads($id, $requests);
    }

    /** Goes through beginnings and ends in their order in time, with the greatest number acknowledged so far. */
    protected function reads(string $id, array $requests): void
    {
        $events = [];
        foreach ($requests as $request) {
            $events[] = [$request['start'], 1, $request];
            $events[] = [$request['end'], 0, $request];
        }
        usort($events, fn ($a, $b) => [$a[0], $a[1]] <=> [$b[0], $b[1]]);
        $floor = 0;
        $floors = [];
        foreach ($events as [, $begins, $request]) {
            $key = "$request[start] $request[end] $request[n]";
            if ($begins) {
                $floors[$key] = $floor;
            } else {
                $short = ($request['read'] ?? PHP_INT_MAX) < ($floors[$key] ?? 0);
                $acknowledged = $request['outcome'] === 'acknowledged';
                $what = $acknowledged ? 'rolledBack' : ($request['read'] === 0 ? 'emptied' : 'staleReads');
                $this->note($what, (int) $short,
                    "$id: read $request[read] after " . ($floors[$key] ?? 0) . ' was acknowledged');
                $floor = $acknowledged ? max($floor, (int) $request['n']) : $floor;
            }
        }
    }

    protected function note(string $what, int $count, string $detail): void
    {
        $this->$what += $count;
        if ($count > 0) {
            $this->details[] = "$what: $detail";
        }
    }
}
