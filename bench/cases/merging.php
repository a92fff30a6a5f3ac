<?php
/*
 * rustsql.lock = merge against the queue of a row lock: 16 clients on one session, each of which changes a variable of its own and has the
 * session for 5 ms; and one client alone.
 */
declare(strict_types=1);

const MERGING = ['rustsql-row-kept', 'rustsql-merge-kept'];
const MERGING_TRIPS = [0, USUAL];

function measure_merging(Measure $measure, string $case): void
{
    [$clients, $each, $inside] = [16, $measure->quick ? 4 : 50, 5000];
    foreach (MERGING_TRIPS as $trip) {
        $php = [];
        foreach (MERGING as $name) {
            for ($i = 0; $i < $clients; $i++) {
                $php[$name][$i] = network_loop($name, network($trip));
            }
            ask($php[$name][0], 'fill');
        }
        // More than 512 writes in the second in which a session began are another case: docs/merging.md.
        $filled = time();
        Server::waitFor(fn () => time() > $filled);
        for ($round = 0; $round < ($measure->quick ? 1 : max(5, $measure->rounds())); $round++) {
            foreach (shuffled(MERGING) as $name) {
                $own = fn (): int => array_sum(array_map(fn ($process) => (int) ask($process, 'own'), $php[$name]));
                $before = $own();
                $started = hrtime(true);
                // The merging ones take less time for each.
                $times = $name === MERGING[0] ? $each : 4 * $each;
                array_map(fn ($process) => $process->write("queue $times $inside own\n"), $php[$name]);
                $requests = array_merge(...array_map(fn ($process) => json_decode($process->readLine(300), true), $php[$name]));
                $seconds = (hrtime(true) - $started) / 1e9;
                $took = array_filter(array_column($requests, 0), is_numeric(...));
                $measure->results[$case]["$name $trip"][$round] = ['rps' => count($took) / $seconds, 'p99' => percentile($took, 0.99), 'failed' => count($requests) - count($took),
                    'lost' => count($took) - ($own() - $before)];
            }
            foreach (shuffled(MERGING) as $name) {
                [$us] = explode(' ', ask($php[$name][0], 'changed 100 ' . (int) (1000 * $trip + 500)));
                $measure->results[$case]["$name $trip alone"][$round]['us'] = (float) $us;
            }
        }
        foreach (MERGING as $name) {
            say(sprintf('  %4s ms  %-20s %6.0f /s  p99 %6.1f ms  alone %5.0f us  failed %d  lost %d', $trip, $name, $measure->median($case, "$name $trip", 'rps'), $measure->median($case, "$name $trip", 'p99') / 1e3,
                $measure->median($case, "$name $trip alone", 'us'), array_sum(array_column($measure->results[$case]["$name $trip"], 'failed')), array_sum(array_column($measure->results[$case]["$name $trip"], 'lost'))));
        }
    }
}

/** @return list<Requirement> */
function merging_requirements(array $results): array
{
    $list = [];
    [$row, $merge] = MERGING;
    foreach (MERGING_TRIPS as $trip) {
        $list[] = new Requirement("16 clients on one session, 5 ms inside, $trip ms, each with a variable of its own: requests a second with `merge` against row locks", ratio($results, 'network-merging', "$merge $trip", "$row $trip", 'rps'), 10);
        $alone = ratios($results, 'network-merging', "$merge $trip alone", "$row $trip alone", 'us');
        $list[] = new Requirement("one client alone, $trip ms, `merge` against row locks", $alone ? median($alone) : null, 1.0, true, $alone);
    }
    return $list;
}

function merging_section(array $results): string
{
    $page = "\n## Merging\n\n`rustsql.lock = merge` against the queue of a row lock. 16 clients change one session, and each has it for 5 ms. Each changes a variable of its own. No change is lost.\n\n"
        . "| | round trip, ms | requests a second | p99, ms | one client alone, us |\n|---|--:|--:|--:|--:|\n";
    foreach (isset($results['network-merging']) ? MERGING_TRIPS : [] as $trip) {
        foreach (MERGING as $name) {
            $of = fn (string $which, string $what): float => median(array_column($results['network-merging'][$which], $what));
            $page .= sprintf("| %s | %s | %.0f | %.1f | %.0f |\n", bold($name), $trip, $of("$name $trip", 'rps'), $of("$name $trip", 'p99') / 1e3, $of("$name $trip alone", 'us'));
        }
    }
    return $page;
}
