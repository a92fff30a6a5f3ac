<?php
/*
 * Waits over a network: 16 clients on one session, and how long the next one waits when the holder of a session is killed, or ends
 * without a change.
 */
declare(strict_types=1);

const NETWORK_QUEUE = ['redis-kept', 'memcached-kept', 'symfony-transactional-kept', 'symfony-advisory-kept', 'mysqli-kept', 'rustsql-kept', 'rustsql-row-kept'];
const NETWORK_KILLED_SQL = ['symfony-transactional-kept', 'symfony-advisory-kept', 'mysqli-kept', 'rustsql-kept', 'rustsql-row-kept',
    'rustsql-mysql-kept', 'rustsql-row-mysql-kept'];
const NETWORK_KILLED = ['redis-kept', 'memcached-kept', ...NETWORK_KILLED_SQL];
const NETWORK_KILLED_SECONDS = 5;

/** Each of 16 processes changes the same session so many times, and keeps it for 5 ms. */
function measure_network_queue(Measure $measure, string $case): void
{
    [$clients, $each, $inside] = [16, $measure->quick ? 4 : 25, 5000];
    $php = [];
    foreach (NETWORK_QUEUE as $name) {
        network_prepare($name);
        for ($i = 0; $i < $clients; $i++) {
            $php[$name][$i] = network_loop($name, network(USUAL));
        }
    }
    for ($round = 0; $round < ($measure->quick ? 1 : min(3, $measure->rounds())); $round++) {
        foreach (shuffled(NETWORK_QUEUE) as $name) {
            $before = (int) ask($php[$name][0], 'sum');
            $started = hrtime(true);
            array_map(fn ($process) => $process->write("queue $each $inside\n"), $php[$name]);
            $requests = array_merge(...array_map(fn ($process) => json_decode($process->readLine(120), true), $php[$name]));
            $seconds = (hrtime(true) - $started) / 1e9;
            $times = array_filter(array_column($requests, 0), is_numeric(...));
            $held = array_values(array_filter(array_map(fn ($request) => array_slice($request, 1), $requests), fn ($held) => count($held) === 2));
            sort($held);
            $unlocked = 0;
            foreach ($held as $at => [$from]) {
                $unlocked += (int) ($at && $from < $held[$at - 1][1]);
            }
            $measure->results[$case][$name][$round] = ['rps' => count($times) / $seconds, 'p50' => percentile($times, 0.5), 'p99' => percentile($times, 0.99),
                'failed' => count($requests) - count($times), 'unlocked' => $unlocked, 'lost' => count($times) - ((int) ask($php[$name][0], 'sum') - $before)];
        }
    }
    foreach (NETWORK_QUEUE as $name) {
        $sum = fn (string $what) => array_sum(array_column($measure->results[$case][$name], $what));
        say(sprintf('  %-28s %5.0f /s  p50 %6.1f  p99 %6.1f ms  failed %d  unlocked %d  lost %d', $name, $measure->median($case, $name, 'rps'),
            $measure->median($case, $name, 'p50') / 1e3, $measure->median($case, $name, 'p99') / 1e3, $sum('failed'), $sum('unlocked'), $sum('lost')));
    }
}

/** From SIGKILL of the process that holds a session until the one that waits for it has it; and from the close of an unchanged session. */
function measure_network_killed(Measure $measure, string $case): void
{
    foreach (NETWORK_KILLED as $name) {
        // Those whose lock stays are asked once: they take their time.
        $times = in_array($name, NETWORK_KILLED_SQL, true) && !$measure->quick ? 5 : 1;
        network_prepare($name);
        for ($i = 0; $i < $times; $i++) {
            foreach (['released' => 'hold unchanged', 'killed' => 'hold'] as $how => $line) {
                [$holder, $waiter] = network_waiting($name, $line);
                if ($how === 'killed') {
                    posix_kill($holder->pid, SIGKILL);
                    $from = hrtime(true);
                } else {
                    $from = (int) ask($holder, 'go on');
                }
                $had = network_had($waiter, $from);
                $measure->results[$case][$name][$i][$how] = $had ? ($had - $from) / 1e6 : NETWORK_KILLED_SECONDS * 1e3;
                $waiter->signal(SIGKILL);
            }
        }
        say(sprintf('  %-28s killed %8.1f ms, released %6.2f ms', $name, $measure->median($case, $name, 'killed'), $measure->median($case, $name, 'released')));
    }
}

/** One that holds a session, by that line to loop.php, and another one that waits for it. @return array{PhpProcess, PhpProcess} */
function network_waiting(string $name, string $line): array
{
    [$holder, $waiter] = [network_loop($name, network(USUAL)), network_loop($name, network(USUAL))];
    $holder->write("$line\n");
    $holder->readLine();
    $waiter->write("queue 1 0\n");
    try {
        $waiter->readLine(0.1);
    } catch (RuntimeException) {
        return [$holder, $waiter];
    }
    throw new LogicException("$name does not lock");
}

/** When it had the session, in nanoseconds; null: not within the time. A request that failed is sent again. */
function network_had(PhpProcess $waiter, int $from): ?int
{
    do {
        try {
            $answer = $waiter->readLine(max(0.001, NETWORK_KILLED_SECONDS - (hrtime(true) - $from) / 1e9));
        } catch (RuntimeException) {
            return null;
        }
        $had = json_decode($answer, true)[0][1] ?? null;
        $had ?? $waiter->write("queue 1 0\n");
    } while (!$had);
    return $had;
}
