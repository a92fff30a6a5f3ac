<?php
/*
 * From the results of a run: docs/performance-one-machine.md, its plots, and the verdict. network_report.php has the other page.
 */
declare(strict_types=1);

require __DIR__ . '/plot.php';
require __DIR__ . '/network_report.php';

const TITLES = [
    'changed' => ['Changed, 2 KB', '8 clients on 2000 sessions; each request adds one to a counter.'],
    'unchanged' => ['Unchanged, 2 KB', 'The same; each request reads and stores nothing new.'],
    'read' => ['read_and_close, 2 KB', 'The same; each request only reads. `files`, Symfony and mysqli lock all the same.'],
    'new' => ['New sessions, 2 KB', 'The same; each request makes a session.'],
    'changed-100' => ['Changed, 100 B', ''],
    'changed-64k' => ['Changed, 64 KB', '64,000 bytes, on 1000 sessions: Symfony\'s column has room for 65,535.'],
    'changed-1-client' => ['Changed, 2 KB, 1 client', ''],
    'changed-32-clients' => ['Changed, 2 KB, 32 clients', ''],
    'changed-tcp' => ['Changed, 2 KB, over TCP', 'On loopback; those without `-tcp` use a Unix socket, as all do elsewhere.'],
    'changed-flush1' => ['Changed, 2 KB, innodb_flush_log_at_trx_commit = 1', ''],
    'changed-mysql' => ['Changed, 2 KB, MySQL', ''],
    'unchanged-mysql' => ['Unchanged, 2 KB, MySQL', ''],
    'changed-mysql-flush1' => ['Changed, 2 KB, MySQL, innodb_flush_log_at_trx_commit = 1', ''],
    'one-session' => ['16 clients on one session', 'Each request adds one; no work inside.'],
    'one-session-5ms' => ['16 clients on one session, 5 ms of work inside', ''],
    'one-session-20ms' => ['16 clients on one session, 20 ms of work inside', ''],
    'one-session-slow-disk' => ['16 clients on one session, slow disk', 'innodb_flush_log_at_trx_commit = 1, and each fsync takes 2 ms longer (a preloaded library). '
        . '`twopackets` is a handler that releases its GET_LOCK after the commit: bench/web/two_packets.php.'],
];

/** The parts of the page that these programs have written. A new page keeps them. */
const PARTS = ['tools/envelope', 'tools/compare'];
const PART = '~\n<!-- by %s -->\n(.*?)<!-- end -->\n~s';

/** @param list<Requirement> $list */
function report(array $results, array $facts, array $list): void
{
    $docs = dirname(__DIR__) . '/docs';
    $short = array_values(array_filter($list, fn ($is) => !$is->holds()));
    $page = "# Performance on one machine\n\nHere the client, PHP and the store share one machine. If your store is another machine, [performance.md](performance.md) counts.\nWritten by `make bench`, which anybody can run. Figures differ from machine to machine. Ratios differ less.\n\n"
        . facts_table($facts)
        . "\nnginx, PHP-FPM with opcache and the servers all run on that one machine. So client, PHP and server share its cores. Each client sends\n"
        . "its next request when it has the last answer, over a kept HTTP connection. There are as many workers as clients, and at least 8. The handlers take turns in\n"
        . "{$facts['Rounds']} rounds, each round in another order. A figure is the median of the rounds. A ratio is the median of the ratios of each round. `-kept` keeps its connection\n"
        . "to the server from one request to the next. All use Unix sockets, except those with `-tcp`. CPU is that of a whole request without nginx.\n\n"
        . "`redis` is php-redis that polls every 2 ms. `redis-default` is php-redis as Debian ships it, with locking on. Redis writes no snapshots here.\n"
        . "`mysqli` is the handler that people copy (bench/web/mysqli.php): GET_LOCK, SELECT, REPLACE, RELEASE_LOCK. `files` are on the disk, without fsync.\n\n"
        . "## What is required\n\n" . requirements_table($list);
    $page .= "\nWhy the others fall short, and what was tried: [Where the time goes](performance-limits.md).\n\n## What speaks against rustsql\n\n" . against($results, $short);
    foreach (TITLES as $case => [$title, $about]) {
        if (isset($results[$case])) {
            $page .= "\n## $title\n\n" . ($about ? "$about\n\n" : '') . "![requests a second]($case.svg)\n\n" . case_table($results[$case]);
            file_put_contents("$docs/$case.svg", case_plot($title, $results[$case]));
        }
    }
    $page .= other_cases($results);
    foreach (PARTS as $program) {
        if (preg_match(sprintf(PART, $program), (string) @file_get_contents("$docs/performance-one-machine.md"), $is)) {
            $page = with_part($page, $program, $is[1]);
        }
    }
    file_put_contents("$docs/performance-one-machine.md", $page);
}

/** The page with the part of that program at its end. */
function with_part(string $page, string $program, string $part): string
{
    return preg_replace(sprintf(PART, $program), '', $page) . "\n<!-- by $program -->\n$part<!-- end -->\n";
}

function facts_table(array $facts): string
{
    $table = "| | |\n|---|---|\n";
    foreach ($facts as $name => $is) {
        $table .= "| $name | $is |\n";
    }
    return $table;
}

function figure(float $figure): string
{
    return $figure == (int) $figure ? (string) (int) $figure : sprintf($figure < 10 ? '%.2f' : '%.0f', $figure);
}

/** @return list<string> the contestants of a case, the fastest first */
function ranked(array $case): array
{
    $names = array_keys($case);
    usort($names, fn ($a, $b) => median(array_column($case[$b], 'rps')) <=> median(array_column($case[$a], 'rps')));
    return $names;
}

function case_table(array $case): string
{
    $table = "| | requests a second | p50, ms | p99, ms | CPU of PHP, us | CPU of the server, us | slowest client to fastest | failed | without a lock | lost updates |\n"
        . "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    foreach (ranked($case) as $name) {
        $rounds = $case[$name];
        $of = fn (string $what): float => median(array_column($rounds, $what));
        $sum = fn (string $what): int => (int) array_sum(array_column($rounds, $what));
        $fair = median(array_map(fn ($round) => max($round['clients']) ? min($round['clients']) / max($round['clients']) : 0.0, $rounds));
        $table .= sprintf("| %s | %.0f | %.2f | %.2f | %.0f | %.0f | %.2f | %d | %d | %d |\n", str_starts_with($name, 'rustsql') ? "**$name**" : $name, $of('rps'), $of('p50') / 1e3, $of('p99') / 1e3,
            $of('cpu_php'), $of('cpu_server'), $fair, $sum('failed'), $sum('unlocked'), $sum('lost'));
    }
    return $table;
}

function case_plot(string $title, array $case): string
{
    $bars = [];
    foreach (ranked($case) as $name) {
        $rps = median(array_column($case[$name], 'rps'));
        $lost = (int) array_sum(array_column($case[$name], 'lost'));
        $bars[$name] = [$rps, number_format($rps) . ($lost ? ", lost $lost" : '')];
    }
    return bars($title, 'requests a second: more is better', $bars, fn ($name) => str_starts_with($name, 'rustsql'));
}

/** Where it is slower than a peer that keeps its connections as it does, by a twentieth at least, and what is required and does not hold. */
function against(array $results, array $short): string
{
    $text = '';
    foreach ($short as $is) {
        $text .= sprintf("- %s: %s, required is %s.\n", ucfirst($is->what), $is->figure === null ? 'not measured' : $is->figure(), figure($is->bound));
    }
    foreach (TITLES as $case => [$title]) {
        foreach (['' => 'fresh', '-kept' => 'kept'] as $part => $how) {
            $of = fn (string $name): float => median(array_column($results[$case][$name], 'rps'));
            $same = array_filter(array_keys($results[$case] ?? []), fn ($name) => str_ends_with($name, '-kept') === ($part === '-kept'));
            $ours = array_filter($same, fn ($name) => str_starts_with($name, 'rustsql'));
            $faster = [];
            foreach ($ours ? array_diff($same, array_filter(array_keys($results[$case]), fn ($name) => str_starts_with($name, 'rustsql'))) : [] as $peer) {
                $best = max(array_map($of, $ours));
                if ($of($peer) >= 1.05 * $best) {
                    $faster[$peer] = $of($peer) / max(1, $best);
                }
            }
            arsort($faster);
            if ($faster) {
                $text .= "- $title, $how: " . implode(', ', array_map(fn ($peer) => sprintf('%s %.1f times as fast', $peer, $faster[$peer]), array_keys($faster))) . ".\n";
            }
        }
    }
    return $text ?: "- Nothing in this run.\n";
}

function other_cases(array $results): string
{
    $page = '';
    $floors = array_intersect_key(['floor' => 'On one core with the server', 'floor-two-cores' => 'The server on another core'], $results);
    if ($floors) {
        $page .= "\n## Against the floor\n\nFrom session_start() to session_write_close() in one process, changed 2 KB; raw-: a C program that sends the same packets and does nothing else.\n";
    }
    foreach ($floors as $case => $where) {
        $page .= "\n| $where | us | CPU of the process, us |\n|---|--:|--:|\n";
        foreach ($results[$case] as $name => $rounds) {
            $page .= sprintf("| %s | %.1f | %.1f |\n", $name, median(array_column($rounds, 'us')), median(array_column($rounds, 'cpu')));
        }
    }
    if (isset($results['killed'])) {
        $page .= "\n## The holder is killed\n\nFrom SIGKILL of the worker that holds the session until the next request has it, which waits already.\n\n| | ms |\n|---|--:|\n";
        foreach ($results['killed'] as $name => $rounds) {
            $unlocked = array_sum(array_column($rounds, 'unlocked'));
            $page .= sprintf("| %s | %s |\n", $name, $unlocked ? "$unlocked of " . count($rounds) . ' did not wait: they ran without the lock' : sprintf('%.1f', median(array_column($rounds, 'ms'))));
        }
    }
    if (isset($results['table'])) {
        $page .= "\n## The size of the table\n\nIn one process, sessions of 140 bytes, random ones; everything fits into the buffer pool of 8 GB.\n\n| | us | against the smallest |\n|---|--:|--:|\n";
        // The smallest of each first.
        uksort($results['table'], strnatcmp(...));
        foreach ($results['table'] as $which => $rounds) {
            [$name, , $work] = explode(' ', $which);
            $smallest = array_values(array_filter(array_keys($results['table']), fn ($other) => str_starts_with($other, "$name ") && str_ends_with($other, " $work")))[0];
            $page .= sprintf("| %s | %.1f | %.2f |\n", preg_replace_callback('/\d{4,}/', fn ($is) => number_format((int) $is[0]) . ' rows,', $which), median(array_column($rounds, 'us')), ratio($results, 'table', $which, $smallest, 'us'));
        }
    }
    if ($summary = $results['collecting']['summary'][0] ?? null) {
        $page .= sprintf("\n## Collecting\n\nsession_gc() of %s expired rows took up to %.0f s while 50 requests a second changed live sessions: p99 %.1f ms, against %.1f ms without.\n",
            number_format($summary['collected']), $summary['seconds'], $summary['p99'] / 1e3, $summary['p99_alone'] / 1e3);
    }
    foreach (['tls', 'counters', 'revoke', 'waiters'] as $case) {
        $page .= isset($results[$case]) ? "{$case}_section"($results) : '';
    }
    return $page;
}

function tls_section(array $results): string
{
    $page = "\n## TLS\n\nThe time is from session_start() to session_write_close() in one process, with changed sessions of 2 KB. The connection is TCP on loopback. A round trip\n"
        . "is almost free there, so this is the worst case for TLS. The modes take turns. A new connection resumes the TLS session of the one before it.\n\n"
        . "| server | connection | `tls` | us | against `disabled` | CPU of the process, us |\n|---|---|---|--:|--:|--:|\n";
    foreach (array_keys(TLS_SERVERS) as $server) {
        foreach (['fresh', 'kept'] as $connection) {
            foreach (TLS_MODES as $mode) {
                $rounds = $results['tls']["$server $connection $mode"];
                $page .= sprintf("| %s | %s | `%s` | %.0f | %.2f | %.0f |\n", $server, $connection, $mode, median(array_column($rounds, 'us')),
                    ratio($results, 'tls', "$server $connection $mode", "$server $connection disabled", 'us'), median(array_column($rounds, 'cpu')));
            }
        }
    }
    return $page;
}

/** The machine and the versions. */
function facts(Measure $measure): array
{
    $first = fn (string $command): string => trim((string) strtok((string) shell_exec("$command 2>&1"), "\n"));
    preg_match('/model name\s*: (.*)/', file_get_contents('/proc/cpuinfo'), $cpu);
    preg_match('/MemTotal:\s+(\d+)/', file_get_contents('/proc/meminfo'), $memory);
    $versions = (string) @file_get_contents(Stack::PACKAGES . '/archives/versions') . shell_exec("dpkg-query -W -f '\${Package} \${Version}\n'");
    $package = fn (string $name): string => preg_match("/^$name (?:\d:)?(\S+)/m", $versions, $is) ? $is[1] : '?';
    $version = implode('.', array_slice(explode('.', PHP_VERSION), 0, 2));
    return [
        'Command' => '`' . implode('', array_map(fn ($name) => getenv($name) ? "$name=" . getenv($name) . ' ' : '', ['ONLY', 'QUICK', 'ROUNDS'])) . 'make bench`', 'Date' => date('Y-m-d'), 'Rounds' => $measure->rounds(),
        'Machine' => trim((string) shell_exec('nproc')) . ' cores of ' . ($cpu[1] ?? '?') . sprintf(', %.0f GB of memory, Linux %s', $memory[1] / 1048576, php_uname('r')),
        'PHP' => PHP_VERSION . ', FPM with opcache',
        'MariaDB' => $measure->stack->database('mariadb')->admin()->server_info . ', buffer pool 2 GB, innodb_flush_log_at_trx_commit = 2 where nothing else is said',
        'MySQL' => trim(preg_replace('/^.*Ver | for .*$/', '', $first(__DIR__ . '/../target/mysql/mysqld --version'))) . ', the same',
        'nginx' => $package('nginx'), 'Redis, php-redis' => $package('redis-server') . ', ' . $package("php$version-redis"),
        'memcached, php-memcached' => $package('memcached') . ', ' . $package("php$version-memcached"),
        'Symfony HttpFoundation' => $package('php-symfony-http-foundation'),
        'rustsql' => $first(escapeshellarg((string) getenv('TEST_PHP_EXECUTABLE')) . ' -n -d extension=' . escapeshellarg(php_extension_file()) . ' -r "echo phpversion(\'rustsql\');"'),
    ];
}
