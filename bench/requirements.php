<?php
/*
 * What must hold, as ratios within one run.
 */
declare(strict_types=1);

final class Requirement
{
    /**
     * @param float|null $figure null: not measured in this run
     * @param list<float> $rounds the figures of the rounds, where other work on the machine changes them by more than what is required
     */
    public function __construct(public readonly string $what, public readonly ?float $figure, public readonly float $bound, public readonly bool $atMost = false, private readonly array $rounds = [])
    {
    }

    public function figure(): string
    {
        if ($this->figure === null) {
            return '–';
        }
        return figure($this->figure) . (count($this->rounds) > 1 ? sprintf(' (%s to %s)', figure(min($this->rounds)), figure(max($this->rounds))) : '');
    }

    public function holds(): bool
    {
        return $this->figure !== null && ($this->atMost ? $this->figure <= $this->bound : $this->figure >= $this->bound);
    }

    public function verdict(): string
    {
        return $this->figure === null ? 'not measured' : ($this->holds() ? 'holds' : 'FALLS SHORT');
    }
}

/** Of the page for one machine. @return list<Requirement> */
function requirements(array $results): array
{
    $ratio = fn (string $case, string $name, string $other, string $what = 'rps'): ?float => ratio($results, $case, $name, $other, $what);
    $atLeast = fn (string $what, ?float $figure, float $bound) => new Requirement($what, $figure, $bound);
    $atMost = fn (string $what, ?float $figure, float $bound) => new Requirement($what, $figure, $bound, true);
    $better = fn (string $case, string $kept): string => ($ratio($case, "symfony-advisory$kept", "symfony-transactional$kept") ?? 0) > 1
        ? "symfony-advisory$kept" : "symfony-transactional$kept";
    // Ours is `rustsql` (GET_LOCK) or `rustsql-row` (SELECT ... FOR UPDATE), whichever does more in that case; the figure says which.
    $ours = fn (string $case, string $parts = ''): string => ($ratio($case, "rustsql-row$parts", "rustsql$parts") ?? 0) > 1 ? "rustsql-row$parts" : "rustsql$parts";
    // Within one round: what the contestant has of one thing to what it has of another.
    $within = fn (string $case, string $name, callable $figure): ?float => isset($results[$case][$name]) ? median(array_map($figure, $results[$case][$name])) : null;
    $spread = fn (array $round): float => max($round['clients']) ? min($round['clients']) / max($round['clients']) : 0.0;
    $tail = fn (array $round): float => $round['p50'] ? $round['p99'] / $round['p50'] : INF;

    $list = [];
    foreach (['floor' => 'on the core of the server', 'floor-two-cores' => 'on another core'] as $case => $where) {
        foreach (['' => 1.20, '-kept' => 1.30] as $kept => $bound) {
            $list[] = $atMost("session_start to session_write_close against a raw client with the same packets, $where" . ($kept ? ', kept' : ', fresh'),
                $ratio($case, "rustsql$kept", "raw-rustsql$kept", 'us'), $bound);
        }
    }
    foreach (['changed' => [0.50, 0.85], 'unchanged' => [0.70, 1.05]] as $case => $bounds) {
        foreach (array_combine(['', '-kept'], $bounds) as $kept => $bound) {
            $name = $ours($case, $kept);
            $list[] = $atLeast("requests a second, 8 clients, $case 2 KB, $name against php-redis" . ($kept ? ', kept' : ', fresh'), $ratio($case, $name, "redis$kept"), $bound);
        }
    }
    $name = $ours('changed-64k', '-kept');
    $list[] = $atLeast("requests a second, 8 clients, changed 64 KB, $name against php-redis, kept", $ratio('changed-64k', $name, 'redis-kept'), 0.45);
    foreach (['' => 1.3, '-kept' => 2.2] as $kept => $bound) {
        $name = $ours('changed', $kept);
        $list[] = $atLeast("requests a second, 8 clients, changed 2 KB, $name against Symfony's handler in its better mode" . ($kept ? ', kept' : ', fresh'),
            $ratio('changed', $name, $better('changed', $kept)), $bound);
    }
    $name = $ours('one-session', '-kept');
    $list[] = $atLeast("16 clients on one session, $name, requests a second against php-redis", $ratio('one-session', $name, 'redis-kept'), 1.2);
    $list[] = $atMost("16 clients on one session, $name, p99 against that of php-redis", $ratio('one-session', $name, 'redis-kept', 'p99'), 0.2);
    $name = $ours('one-session-5ms', '-kept');
    $list[] = $atLeast("16 clients on one session, 5 ms of work inside, $name, requests a second against files", $ratio('one-session-5ms', $name, 'files'), 0.97);
    $list[] = $atMost("16 clients on one session, 5 ms of work inside, $name, p99 to p50", $within('one-session-5ms', $name, $tail), 1.10);
    $list[] = $atLeast("16 clients on one session, 5 ms of work inside, $name, slowest client to fastest", $within('one-session-5ms', $name, $spread), 0.7);
    $name = $ours('one-session-slow-disk', '-slow-kept');
    $list[] = $atLeast("16 clients on one session, a flush takes 2 ms longer, $name, hand-offs a second against RELEASE_LOCK after the commit",
        $ratio('one-session-slow-disk', $name, 'twopackets-slow-kept'), 2.0);
    foreach (['lost' => 'lost updates of rustsql, in all cases', 'unlocked' => 'requests of rustsql without a lock, in all cases', 'failed' => 'failed requests of rustsql, in all cases'] as $what => $title) {
        $list[] = $atMost($title, total($results, 'rustsql', $what), 0);
    }
    if (isset($results['table'])) {
        $worst = null;
        foreach (array_keys($results['table']) as $which) {
            [$name, $rows, $work] = explode(' ', $which);
            $smallest = min(array_map(fn ($which) => (int) explode(' ', $which)[1], array_keys($results['table'])));
            $worst = max($worst ?? 0, $ratio('table', $which, "$name $smallest $work", 'us'));
        }
    }
    $list[] = $atMost('a request in the largest table against the smallest, the worst of fresh and kept, changed and unchanged', $worst ?? null, 1.1);
    $summary = $results['collecting']['summary'][0] ?? null;
    $list[] = $atMost('p99 of live requests while a million expired rows are collected, against none', $summary ? $summary['p99'] / $summary['p99_alone'] : null, 1.5);
    foreach (['', '-kept'] as $kept) {
        $name = $ours('changed', $kept);
        $list[] = $atMost("PHP's CPU for a request, changed 2 KB, $name against the mysqli handler" . ($kept ? ', kept' : ', fresh'), $ratio('changed', $name, "mysqli$kept", 'cpu_php'), 0.6);
    }
    foreach (array_keys(TLS_SERVERS) as $server) {
        foreach (['fresh' => 2.2, 'kept' => 1.15] as $connection => $bound) {
            foreach (array_slice(TLS_MODES, 1) as $mode) {
                $list[] = $atMost("session_start to session_write_close, $server over TCP, tls=$mode against plain, $connection",
                    $ratio('tls', "$server $connection $mode", "$server $connection disabled", 'us'), $bound);
            }
        }
    }
    foreach (['changed' => 1.15, 'unchanged' => 0.95] as $case => $bound) {
        $modes = array_map(fn ($name) => ratios($results, $case, $name, 'redis-kept', 'cpu_php'), ['rustsql-kept', 'rustsql-row-kept']);
        usort($modes, fn ($a, $b) => ($a ? median($a) : INF) <=> ($b ? median($b) : INF));
        // One that was not measured comes last.
        $worse = end($modes);
        $list[] = new Requirement("PHP's CPU for a request, $case 2 KB, the worse of our lock modes against php-redis, kept", $worse ? median($worse) : null, $bound, true, $worse);
    }
    foreach (['unchanged', 'changed'] as $work) {
        $list[] = $atMost("instructions of PHP for a kept request, $work, with counters against without", $ratio('counters', "with $work", "without $work", 'instructions'), 1.01);
    }
    foreach (array_keys(REVOKED) as $server) {
        $list[] = $atMost("rows that $server reads for each session that is revoked, 10,000 of 100,000", $results['revoke']["$server summary"][0]['read'] ?? null, 5);
        $list[] = $atMost("p99 of live requests while 10,000 sessions of 100,000 are revoked, $server, against none", isset($results['revoke']["$server summary"]) ? $results['revoke']["$server summary"][0]['p99'] / $results['revoke']["$server summary"][0]['p99_alone'] : null, 1.5);
    }
    $list[] = $atMost('p99 of other visitors while one sends 100 requests in parallel, max_waiters = 4 and 10 workers, against a quiet site', $ratio('waiters', '4', 'quiet', 'p99'), 1.2);
    return $list;
}

/** Of the page for a network: the worse of our lock modes counts, and for round trips the worse of the servers, too. @return list<Requirement> */
function network_requirements(array $results): array
{
    $atMost = fn (string $what, ?float $figure, float $bound) => new Requirement($what, $figure, $bound, true);
    $list = [];
    foreach (['kept' => ['changed' => 2, 'unchanged' => 1, 'read' => 1, 'new' => 1, 'regenerate' => 3], 'pipelined' => ['changed' => 4, 'unchanged' => 3, 'new' => 4]] as $how => $bounds) {
        foreach ($bounds as $request => $bound) {
            $trips = worst(array_map(fn ($name) => round_trips($results, "$name-$how", $request), ['rustsql', 'rustsql-row', 'rustsql-mysql', 'rustsql-row-mysql']));
            $list[] = $atMost('round trips, ' . REQUEST_TITLES[$request] . ($how === 'kept' ? ', kept' : ', new connection, pipelined login'), $trips === null ? null : round($trips), $bound);
        }
    }
    $against = fn (string $how, string $peer, string $what): ?float => worst(array_map(fn ($name) => ratio($results, 'round-trips', "$name-$how", $peer, $what), ['rustsql', 'rustsql-row']));
    foreach ([['kept', 'redis-kept', 0.5, ['changed' => 0.50, 'unchanged' => 0.28, 'new' => 0.32, 'large' => 0.65]], ['pipelined', 'redis', 0.5, ['changed' => 1.0, 'unchanged' => 0.75]],
        ['kept', 'redis-kept', 0.1, ['changed' => 0.65, 'unchanged' => 0.40]]] as [$how, $peer, $trip, $bounds]) {
        foreach ($bounds as $request => $bound) {
            $list[] = $atMost("time at $trip ms against php-redis, " . REQUEST_TITLES[$request] . ($how === 'kept' ? ', kept' : ', new connection, pipelined login'), $against($how, $peer, "$trip $request"), $bound);
        }
    }
    foreach (['unchanged' => 0.9, 'changed' => 1.7] as $request => $bound) {
        $rounds = ratios($results, 'connections', "rustsql-row-tcp-kept 8 $request", "redis-tcp-kept 8 $request", 'cpu_server');
        $list[] = new Requirement("the store's CPU, row locks, kept, against Redis with locking, $request", $rounds ? median($rounds) : null, $bound, true, $rounds);
    }
    $queue = fn (string $what): array => array_map(fn ($name) => ratio($results, 'network-queue', $name, 'redis-kept', $what), ['rustsql-kept', 'rustsql-row-kept']);
    $list[] = $atMost('16 clients on one session, 5 ms inside, 0.5 ms, p99 against php-redis, kept', worst($queue('p99')), 0.19);
    $rps = array_filter($queue('rps'));
    $list[] = new Requirement('16 clients on one session, 5 ms inside, 0.5 ms, requests a second against php-redis, kept', $rps ? min($rps) : null, 1.25);
    $trip = $results['round-trips']['echo'][0]['0.5']['p50'] ?? null;
    $released = worst(array_map(fn ($name) => isset($results['network-killed'][$name]) ? median(array_column($results['network-killed'][$name], 'released')) : null, ['rustsql-kept', 'rustsql-row-kept', 'rustsql-mysql-kept', 'rustsql-row-mysql-kept']));
    $list[] = $atMost('milliseconds beside one round trip until another process has the lock after an unchanged close', $trip && $released ? $released - $trip : null, 1);
    array_push($list, ...merging_requirements($results));
    foreach (['lost' => 'lost updates of rustsql over a network', 'unlocked' => 'requests of rustsql without a lock over a network', 'failed' => 'failed requests of rustsql over a network'] as $what => $title) {
        $list[] = $atMost($title, total(array_intersect_key($results, array_flip(NETWORK_CASES)), 'rustsql', $what), 0);
    }
    return $list;
}

/** @param list<float|null> $figures null: not measured */
function worst(array $figures): ?float
{
    return in_array(null, $figures, true) ? null : max($figures);
}

/** Over all cases and all contestants whose names begin so; null when nobody counted. */
function total(array $results, string $prefix, string $what): ?float
{
    $sum = null;
    foreach ($results as $contestants) {
        foreach ($contestants as $name => $rounds) {
            $counted = str_starts_with((string) $name, $prefix) ? array_column($rounds, $what) : [];
            $sum = $counted ? ($sum ?? 0) + array_sum($counted) : $sum;
        }
    }
    return $sum;
}
