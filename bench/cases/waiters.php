<?php
/*
 * A site with ten workers, whose page holds its session for 50 ms. One visitor sends 100 requests in parallel, and repeats each a second
 * after its answer. The others send 40 requests a second. How long do the other visitors' requests take, with several values of rustsql.max_waiters, against a quiet site?
 */
declare(strict_types=1);

const WORKERS = 10;
const WAITERS = ['quiet' => 0, 'no bound' => 0, '8' => 8, '4' => 4, '2' => 2];

function measure_waiters(Measure $measure, string $case): void
{
    [$seconds, $rounds] = $measure->quick ? [1, 1] : [4, $measure->rounds()];
    $page = ['do' => 'changed', 'size' => 2048, 'work' => 50_000, 'warmup' => 1];
    $others = ['clients' => 100, 'sessions' => 500, 'rate' => 40, 'ids' => 'others', 'seconds' => $seconds] + $page;
    // It is there before the others are measured, and longer.
    $heavy = ['clients' => 100, 'sessions' => 1, 'pause' => 1000, 'ids' => 'heavy', 'seconds' => $seconds + 1] + $page;
    $name = 'rustsql-kept';
    for ($round = 0; $round < $rounds; $round++) {
        foreach (shuffled(array_keys(WAITERS)) as $which) {
            $measure->stack->start($name, WORKERS, ['rustsql.max_waiters' => (string) WAITERS[$which], 'rustsql.lock_timeout' => '5']);
            foreach ([$others, $heavy] as $load) {
                $measure->fill($name, ['rate' => 0, 'pause' => 0] + $load);
            }
            $client = $which === 'quiet' ? null : $measure->startLoad($name, $heavy);
            $measure->results[$case][$which][$round] = $measure->load($name, $others);
            if ($client) {
                $measure->results[$case][$which][$round]['heavy'] = array_intersect_key($measure->loaded($client), ['rps' => 0, 'failed' => 0, 'all' => 0]);
            }
        }
    }
    $measure->stack->stop($name);
    foreach (array_keys(WAITERS) as $which) {
        say(sprintf('  %-10s p50 %6.1f ms, p99 %7.1f ms, %.2f of the quiet site; %d failed', $which, $measure->median($case, (string) $which, 'p50') / 1e3,
            $measure->median($case, (string) $which, 'p99') / 1e3, $measure->ratio($case, (string) $which, 'quiet', 'p99'), array_sum(array_column($measure->results[$case][$which], 'failed'))));
    }
}

function waiters_section(array $results): string
{
    $page = "\n## One visitor with many requests\n\nTen workers, and a page that holds its session for 50 ms. One visitor sends 100 requests in parallel, each again a second after its answer.\n"
        . "The others send 40 requests a second, which takes two workers.\n\n| `rustsql.max_waiters` | p50 of the others, ms | p99, ms | against a quiet site | served to that visitor, a second |\n|---|--:|--:|--:|--:|\n";
    foreach ($results['waiters'] as $which => $rounds) {
        $of = fn (string $what): float => median(array_column($rounds, $what));
        $page .= sprintf("| %s | %.0f | %.0f | %.2f | %s |\n", $which, $of('p50') / 1e3, $of('p99') / 1e3, ratio($results, 'waiters', (string) $which, 'quiet', 'p99'),
            isset($rounds[0]['heavy']) ? sprintf('%.0f', median(array_column(array_column($rounds, 'heavy'), 'rps'))) : '–');
    }
    return $page;
}
