<?php
/*
 * The cases, by the name that ONLY= knows. Those that are no race of contestants behind nginx have files of their own in cases/.
 */
declare(strict_types=1);

foreach (['floor', 'killed', 'table', 'collecting', 'tls', 'counters', 'revoke', 'waiters', 'network', 'network_waits', 'network_tls', 'connections', 'merging', 'profile'] as $file) {
    require __DIR__ . "/cases/$file.php";
}

const OURS = ['rustsql', 'rustsql-kept', 'rustsql-row', 'rustsql-row-kept'];
const ALL = ['files', 'redis-default', 'redis', 'redis-kept', 'memcached', 'memcached-kept', 'symfony-transactional', 'symfony-transactional-kept',
    'symfony-advisory', 'symfony-advisory-kept', 'mysqli', 'mysqli-kept', ...OURS];
const MOST = ['files', 'redis', 'redis-kept', 'memcached-kept', 'symfony-transactional', 'symfony-transactional-kept', 'mysqli', ...OURS];
const SQL = ['symfony-transactional', 'symfony-transactional-kept', 'symfony-advisory', 'symfony-advisory-kept', 'mysqli', 'mysqli-kept', ...OURS];
const QUEUE = ['files', 'redis-default', 'redis', 'redis-kept', 'memcached-kept', 'symfony-transactional-kept', 'symfony-advisory-kept', 'mysqli-kept',
    'rustsql', 'rustsql-kept', 'rustsql-row', 'rustsql-row-kept'];

/** The cases of the first page, for which tools/bench makes networks. ONLY=network names all of them, and ONLY=one-machine the others. */
const NETWORK_CASES = ['round-trips', 'network-queue', 'network-killed', 'network-tls', 'network-merging', 'connections'];

/** Of no page: only ONLY= runs them. */
const EXTRA_CASES = ['profile'];

/** @param list<string> $names @return list<string> the same contestants with one more part */
function with_part_of_name(string $part, array $names): array
{
    return array_map(fn ($name) => preg_replace('/^[^-]+(-(transactional|advisory|row))?/', "\$0-$part", $name), $names);
}

/** @return array<string, callable(Measure): void> */
function cases(): array
{
    $race = fn (array $names, array $load) => fn (Measure $measure, string $case) => $measure->compete($case, $names, $load);
    $queue = fn (int $work) => $race(QUEUE, ['clients' => 16, 'sessions' => 1, 'work' => 1000 * $work]);
    return [
        'round-trips' => measure_round_trips(...),
        'network-queue' => measure_network_queue(...),
        'network-killed' => measure_network_killed(...),
        'network-tls' => measure_network_tls(...),
        'network-merging' => measure_merging(...),
        'connections' => measure_connections(...),
        'changed' => $race(ALL, []),
        'unchanged' => $race(ALL, ['do' => 'unchanged']),
        'read' => $race(MOST, ['do' => 'read']),
        'new' => $race(MOST, ['do' => 'new']),
        'changed-100' => $race(MOST, ['size' => 100]),
        'changed-64k' => $race(MOST, ['size' => 64_000]),
        'changed-1-client' => $race(MOST, ['clients' => 1]),
        'changed-32-clients' => $race(MOST, ['clients' => 32]),
        'changed-tcp' => $race(['redis-tcp', 'redis-tcp-kept', 'rustsql-tcp', 'rustsql-tcp-kept', 'rustsql-row-tcp', 'rustsql-row-tcp-kept', 'rustsql-row', 'rustsql-row-kept'], []),
        'changed-flush1' => $race(with_part_of_name('flush1', SQL), []),
        'changed-mysql' => $race(with_part_of_name('mysql', SQL), []),
        'unchanged-mysql' => $race(with_part_of_name('mysql', SQL), ['do' => 'unchanged']),
        'changed-mysql-flush1' => $race(with_part_of_name('mysql-flush1', ['symfony-transactional-kept', ...OURS]), []),
        'one-session' => $queue(0),
        'one-session-5ms' => $queue(5),
        'one-session-20ms' => $queue(20),
        'one-session-slow-disk' => $race(with_part_of_name('slow', ['twopackets-kept', 'mysqli-kept', 'symfony-transactional-kept', 'rustsql', 'rustsql-kept', 'rustsql-row-kept']),
            ['clients' => 16, 'sessions' => 1]),
        'floor' => unpinning('mariadb', fn (Measure $measure, string $case) => measure_floor($measure, $case, '0')),
        'floor-two-cores' => unpinning('mariadb', fn (Measure $measure, string $case) => measure_floor($measure, $case, '1')),
        'killed' => measure_killed(...),
        'table' => unpinning('table', measure_table(...)),
        'collecting' => measure_collecting(...),
        'tls' => measure_tls(...),
        'counters' => measure_counters(...),
        'revoke' => measure_revoke(...),
        'waiters' => measure_waiters(...),
        'profile' => measure_profile(...),
    ];
}
