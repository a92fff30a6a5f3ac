<?php
/*
 * Fifty requests a second while one process collects a million expired rows, against the same with nobody collecting.
 */
declare(strict_types=1);

function measure_collecting(Measure $measure, string $case): void
{
    [$rows, $seconds] = $measure->quick ? [20_000, 1] : [1_000_000, 10];
    $name = 'rustsql-collecting';
    $server = $measure->stack->database('table');
    table_fill($server, 'collecting', 'row', $rows, -7200);
    table_settle($server);
    $measure->stack->start($name, 8);
    $load = ['do' => 'changed', 'clients' => 8, 'sessions' => 1000, 'size' => 2048, 'rate' => 50, 'seconds' => $seconds, 'warmup' => 0.5, 'ids' => 'live', 'series' => 1];
    $measure->fill($name, ['rate' => 0] + $load);
    $live = function (string $what) use ($measure, $case, $name, $load): void {
        $result = $measure->load($name, $load);
        $measure->results[$case][$what][] = $result;
    };
    $live('before');
    $live('before');
    $collector = new PhpProcess([...$measure->stack->cli($name), __DIR__ . '/../loop.php', 'collector', '1', '100']);
    $collector->readLine();
    $began = hrtime(true);
    $collector->write("collect\n");
    $collected = null;
    do {
        $live('collecting');
        try {
            $collected = (int) $collector->readLine(0.001);
        } catch (RuntimeException) {
            // Not yet.
        }
    } while ($collected === null && hrtime(true) - $began < 1200e9);
    $took = (hrtime(true) - $began) / 1e9;
    if ($collected < $rows) {
        throw new RuntimeException("only $collected of $rows rows were collected in $took seconds");
    }
    $rest = max(1, count($measure->results[$case]['collecting']) - 2);
    for ($i = 0; $i < min(3, $rest); $i++) {
        $live('after');
    }
    $check = $measure->load($name, ['do' => 'check', 'rate' => 0] + $load);
    $measure->results[$case]['collecting'][0]['lost'] = $check['lost'];
    $measure->stack->stop($name);
    $p99 = fn (string ...$what): float => percentile(array_merge(...array_map(fn ($is) => array_merge(...array_column($measure->results[$case][$is], 'series')), $what)), 0.99);
    $summary = ['collected' => $collected, 'seconds' => $took, 'p99' => $p99('collecting'), 'p99_alone' => $p99('before', 'after')];
    $measure->results[$case] = ['rustsql' => array_map(fn ($chunk) => ['series' => []] + $chunk, array_merge(...array_values($measure->results[$case]))), 'summary' => [$summary]];
    say(sprintf('  %d rows in up to %.0f s; p99 %.0f us meanwhile, %.0f us alone', $collected, $took, $summary['p99'], $summary['p99_alone']));
}
