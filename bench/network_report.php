<?php
/*
 * From the results of a run: docs/performance.md below its mark, and the picture of README.md. What stands above the mark is written by
 * people.
 */
declare(strict_types=1);

const MARK = "<!-- below: by make bench -->\n";
const REQUEST_TITLES = [
    'changed' => 'changed, 2 KB', 'unchanged' => 'unchanged, 2 KB', 'read' => 'read_and_close', 'new' => 'a new session', 'regenerate' => 'session_regenerate_id(true)',
    'large' => 'changed, 64 KB',
];
/** The lines of the picture: who, and as what. */
const PICTURED = [
    'rustsql-kept' => 'rustsql, kept connection', 'rustsql-pipelined' => 'rustsql, new, pipelined login', 'redis-kept' => 'php-redis, kept connection',
    'redis' => 'php-redis, new connection', 'memcached-kept' => 'php-memcached, kept', 'symfony-advisory-kept' => 'Symfony PDO, kept', 'symfony-advisory' => 'Symfony PDO, new connection',
    'mysqli-kept' => 'mysqli handler, kept', 'mysqli' => 'mysqli handler, new connection',
];

/** @param list<Requirement> $list */
function network_report(array $results, array $facts, array $list): void
{
    $docs = dirname(__DIR__) . '/docs';
    $page = "\n## How it was measured\n\nWritten by `make bench`, which anybody can run as root. Figures differ from machine to machine. Ratios differ less.\n\n" . facts_table($facts)
        . "\nEach contestant is one PHP process, from session_start() to session_write_close(). They take turns. A figure is the median of its rounds. A ratio is the\n"
        . "median of the ratios of each round. PHP has one core, and the store has another one. A program delays each IP packet between them (bench/delay.c), also\n"
        . "those of a connect. Before each request PHP works for longer than a round trip, as a page does. That work is not counted.\n"
        . "No expiry of an unchanged session is moved here. By default `rustsql.touch_interval` moves it once a minute, and that request takes as long as a changed one.\n\n"
        . "`-kept` keeps its connection to the store. The others open a new one for each request. `-pipelined` is a new connection with `rustsql.pipelined_login = 1`.\n"
        . "`-row` is `rustsql.lock = row`, and the others use `advisory`. `-mysql` is MySQL, the other databases are MariaDB. `redis` is php-redis with locking, which polls\n"
        . "every 2 ms. `-noecho` does not ask on each use whether the kept connection is alive. `mysqli` is the handler that people copy (bench/web/mysqli.php).\n"
        . "Each contestant has shown that a second process waits for its lock.\n\n" . echo_table($results['round-trips']['echo'][0] ?? [])
        . "\n## What is required\n\n" . requirements_table($list)
        . "\n## Round trips\n\nThe time over a network of " . COUNTED . " ms, divided by the time of an echo there. A new connection includes its connect and login.\n\n" . trips_table($results);
    foreach (REQUEST_TITLES as $request => $title) {
        $page .= "\n## Milliseconds of a request, $title\n\n" . times_table($results, $request);
    }
    $page .= locks_section($results) . waits_sections($results) . network_tls_section($results) . merging_section($results) . connections_section($results);
    $above = explode(MARK, (string) @file_get_contents("$docs/performance.md"))[0] ?: "# Performance\n\n";
    file_put_contents("$docs/performance.md", $above . MARK . $page);
    file_put_contents("$docs/round-trips.svg", round_trips_plot($results));
}

/** @param list<Requirement> $list */
function requirements_table(array $list): string
{
    $table = "| | figure | required | |\n|---|---|---|---|\n";
    foreach ($list as $is) {
        $table .= sprintf("| %s | %s | %s %s | %s |\n", $is->what, $is->figure(), $is->atMost ? 'at most' : 'at least', figure($is->bound), $is->verdict());
    }
    return $table;
}

function echo_table(array $echoes): string
{
    $table = "| network, ms | echo of a byte over TCP, ms | nine of ten within | connect |\n|---|--:|--:|--:|\n";
    foreach ($echoes as $trip => $is) {
        $table .= sprintf("| %s | %.3f | %.3f | %.3f |\n", $trip == 0 ? '0 (loopback)' : $trip, $is['p50'], $is['p90'], $is['connect']);
    }
    return $table;
}

/** @return list<string> the contestants that were measured, ours first */
function network_names(array $results): array
{
    $names = array_values(array_filter(network_contestants(), fn ($name) => isset($results['round-trips'][$name])));
    usort($names, fn ($a, $b) => str_starts_with($b, 'rustsql') <=> str_starts_with($a, 'rustsql'));
    return $names;
}

function bold(string $name): string
{
    return str_starts_with($name, 'rustsql') ? "**$name**" : $name;
}

function trips_table(array $results): string
{
    $table = '| | ' . implode(' | ', REQUEST_TITLES) . " |\n|---|" . str_repeat('--:|', count(REQUEST_TITLES)) . "\n";
    foreach (network_names($results) as $name) {
        $table .= '| ' . bold($name) . ' | ' . implode(' | ', array_map(fn ($request) => sprintf('%.1f', round_trips($results, $name, $request)), array_keys(REQUEST_TITLES))) . " |\n";
    }
    return $table;
}

/** The networks that were measured, without the one for counting. @return list<string> */
function measured_trips(array $results): array
{
    return array_map(strval(...), array_diff(array_keys($results['round-trips']['echo'][0] ?? []), [COUNTED]));
}

function network_time(array $results, string $name, string $request, string $trip): float
{
    return median(array_column($results['round-trips'][$name], "$trip $request")) / 1e3;
}

function times_table(array $results, string $request): string
{
    $trips = measured_trips($results);
    $table = '| | ' . implode(' | ', array_map(fn ($trip) => "$trip ms", $trips)) . ' | CPU of PHP, us | against redis-kept at ' . USUAL . " ms |\n|---|" . str_repeat('--:|', count($trips) + 2) . "\n";
    foreach (network_names($results) as $name) {
        $times = array_map(fn ($trip) => sprintf('%.2f', network_time($results, $name, $request, $trip)), $trips);
        $table .= sprintf("| %s | %s | %.0f | %.2f |\n", bold($name), implode(' | ', $times), median(array_column($results['round-trips'][$name], USUAL . " $request cpu")),
            ratio($results, 'round-trips', $name, 'redis-kept', USUAL . " $request") ?? NAN);
    }
    return $table;
}

/** What `auto` should be. */
function locks_section(array $results): string
{
    $rows = '';
    $slower = [];
    foreach (['' => 'MariaDB', '-mysql' => 'MySQL'] as $part => $server) {
        foreach (['-kept' => 'kept', '-pipelined' => 'new, pipelined login', '' => 'new'] as $connection => $what) {
            $ratios = array_map(fn ($request) => ratio($results, 'round-trips', "rustsql-row$part$connection", "rustsql$part$connection", USUAL . " $request"), REQUESTS);
            $rows .= "| $server, $what | " . implode(' | ', array_map(fn ($ratio) => $ratio === null ? '–' : sprintf('%.2f', $ratio), $ratios)) . " |\n";
            array_push($slower, ...array_filter($ratios, fn ($ratio) => $ratio > 1.02));
        }
    }
    return "\n## Row locks against advisory locks\n\nThe time with `rustsql.lock = row`, divided by that with `advisory`, at " . USUAL . " ms. "
        . ($slower ? 'Neither is faster everywhere, so `auto` stays `advisory` where there' . "\n" . 'is no cluster.' : 'Row locks are never slower.')
        . "\n\n| connection | " . implode(' | ', array_map(fn ($request) => REQUEST_TITLES[$request], REQUESTS)) . " |\n|---|" . str_repeat('--:|', count(REQUESTS)) . "\n$rows";
}

function round_trips_plot(array $results): string
{
    $lines = [];
    foreach (array_intersect_key(PICTURED, $results['round-trips']) as $name => $title) {
        foreach (measured_trips($results) as $trip) {
            $lines[$title][$trip] = network_time($results, $name, 'changed', $trip);
        }
    }
    return line_plot('A request that changes a session of 2 KB', 'round trip to the store, ms', 'ms of a request: less is better', $lines,
        fn ($title) => (str_starts_with($title, 'rustsql') ? 'us' : 'them') . (str_contains($title, 'new') ? ' dashed' : ''));
}

function waits_sections(array $results): string
{
    $page = "\n## 16 clients on one session\n\nEach keeps it for 5 ms. The round trip is " . USUAL . " ms.\n\n| | requests a second | p50, ms | p99, ms | failed | without a lock | lost updates |\n|---|--:|--:|--:|--:|--:|--:|\n";
    foreach ($results['network-queue'] ?? [] as $name => $rounds) {
        [$of, $sum] = [fn (string $what): float => median(array_column($rounds, $what)), fn (string $what): int => (int) array_sum(array_column($rounds, $what))];
        $page .= sprintf("| %s | %.0f | %.1f | %.1f | %d | %d | %d |\n", bold($name), $of('rps'), $of('p50') / 1e3, $of('p99') / 1e3, $sum('failed'), $sum('unlocked'), $sum('lost'));
    }
    $page .= "\n## The holder ends\n\nOne process holds a session, and another one waits for it. The table has the time until the second one has it. *Killed*: after SIGKILL of the first one.\n"
        . "*Unchanged*: after the first one began to close a session that it had not changed. Who has no lock after " . NETWORK_KILLED_SECONDS . " s waits for its expiry.\n\n| | killed, ms | unchanged, ms |\n|---|--:|--:|\n";
    foreach ($results['network-killed'] ?? [] as $name => $rounds) {
        $of = fn (string $how): string => ($all = array_column($rounds, $how)) ? (median($all) >= NETWORK_KILLED_SECONDS * 1e3 ? 'over ' . NETWORK_KILLED_SECONDS * 1000 : sprintf('%.1f', median($all))) : '–';
        $page .= sprintf("| %s | %s | %s |\n", bold($name), $of('killed'), $of('released'));
    }
    return $page;
}

function network_tls_section(array $results): string
{
    $page = "\n## Over TLS\n\nA changed session of 2 KB, with `rustsql.tls = required`. The round trip is " . USUAL . " ms. A new connection resumes the TLS session of the one before it.\n\n| | ms | against plain |\n|---|--:|--:|\n";
    foreach ($results['network-tls'] ?? [] as $name => $rounds) {
        if (str_ends_with($name, '-tls')) {
            $page .= sprintf("| %s | %.2f | %.2f |\n", bold($name), median(array_column($rounds, 'us')) / 1e3, ratio($results, 'network-tls', $name, substr($name, 0, -4), 'us'));
        }
    }
    return $page;
}

function connections_section(array $results): string
{
    $page = "\n## CPU with many connections\n\nThe store has a core of its own. nginx, PHP-FPM and the clients share another one. So the requests a second are what that core does, and the store's CPU tells\n"
        . "what a core of the store can carry. The connections are kept, by TCP without a delay. The store's CPU of a request is given with its spread over the rounds.\n\n"
        . "| connections | | session | requests a second | CPU of PHP, us | CPU of the store, us | lowest to highest | requests a second that a core of the store can carry |\n|--:|---|---|--:|--:|--:|--:|--:|\n";
    $cases = $results['connections'] ?? [];
    $order = fn (string $which): array => [(int) explode(' ', $which)[1], array_search(explode(' ', $which)[0], CONNECTED, true)];
    uksort($cases, fn ($a, $b) => $order($a) <=> $order($b));
    foreach ($cases as $which => $rounds) {
        [$name, $clients, $do] = explode(' ', $which);
        $server = array_column($rounds, 'cpu_server');
        $page .= sprintf("| %d | %s | %s | %.0f | %.0f | %.0f | %.0f to %.0f | %.0f |\n", $clients, bold($name), $do, median(array_column($rounds, 'rps')), median(array_column($rounds, 'cpu_php')),
            median($server), min($server), max($server), 1e6 / max(1, median($server)));
    }
    return $page;
}
