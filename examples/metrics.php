<?php
/*
 * The counters of rustsql for Prometheus, in its text format. Put this file where only your Prometheus reaches it, and let it be
 * scraped from each web host: the counters are those of one PHP master process.
 *
 *     scrape_configs:
 *       - job_name: php-sessions
 *         metrics_path: /metrics.php
 *         static_configs: [{targets: ['web1:80', 'web2:80']}]
 */

const HELP = [
    'opens' => 'Sessions that were read for PHP.',
    'failed_opens' => 'Sessions that could not be read.',
    'writes' => 'Sessions that were written.',
    'touches' => 'Unchanged sessions whose expiry was moved.',
    'unchanged' => 'Unchanged sessions that needed no write.',
    'destroys' => 'Sessions that were destroyed.',
    'waits' => 'Locks that were had after 10 ms or more.',
    'lock_timeouts' => 'Locks that were not had in time.',
    'lost_locks' => 'Locks that were lost while a session was open.',
    'merge_conflicts' => 'Merged writes that left out a change of their request (rustsql.merge_conflict = stored).',
    'merges' => 'Writes that were merged with those of another request (rustsql.lock = merge).',
    'failed_writes' => 'Writes that failed because of the server or the connection.',
    'connects' => 'Logins to a database server.',
    'failovers' => 'Hosts that could not be used.',
    'collected' => 'Expired sessions that were deleted.',
    'bytes_read' => 'Bytes of session data that were read, before compression.',
    'bytes_written' => 'Bytes of session data that were written, before compression.',
];
const REFUSED = 'Writes that were refused, by reason.';
const TIMES = [
    'lock_wait' => 'From asking for a lock to having it.',
    'hold' => 'From having a lock to the end of the session.',
    'round_trip' => 'From a packet that waits for no lock to its answer.',
];

header('Content-Type: text/plain; version=0.0.4; charset=utf-8');
$stats = RustSql\stats();

foreach (HELP as $name => $help) {
    echo "# HELP rustsql_{$name}_total $help\n# TYPE rustsql_{$name}_total counter\nrustsql_{$name}_total $stats[$name]\n";
}

echo '# HELP rustsql_refused_writes_total ', REFUSED, "\n# TYPE rustsql_refused_writes_total counter\n";
foreach (['newer', 'destroyed', 'read_only', 'conflict', 'other'] as $reason) {
    echo "rustsql_refused_writes_total{reason=\"$reason\"} ", $stats["refused_$reason"], "\n";
}

foreach (TIMES as $name => $help) {
    $metric = "rustsql_{$name}_seconds";
    echo "# HELP $metric $help\n# TYPE $metric histogram\n";
    // Prometheus wants the same buckets each time. Powers of two microseconds are bounds of rustsql's own buckets.
    for ($power = 7; $power <= 26; $power++) {
        $bound = 2 ** $power / 1e6;
        $count = 0;
        foreach ($stats[$name]['below'] as $below => $number) {
            $count += $below !== 'INF' && (float) $below <= $bound ? $number : 0;
        }
        echo "{$metric}_bucket{le=\"$bound\"} $count\n";
    }
    echo "{$metric}_bucket{le=\"+Inf\"} ", $stats[$name]['count'], "\n";
    echo "{$metric}_sum ", $stats[$name]['seconds'], "\n{$metric}_count ", $stats[$name]['count'], "\n";
}
