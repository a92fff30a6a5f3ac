<?php
/*
 * The time of a request when the store is another machine: one PHP process for each contestant, which take turns, over networks with
 * several round trips. Before each request PHP works for longer than a round trip, as a page does. No contestant is measured before it
 * has shown that a second process waits for its lock.
 */
declare(strict_types=1);

/** Milliseconds of a round trip. The last is for counting them: what else a request does is then little. */
const ROUND_TRIPS = [0, 0.1, 0.25, 0.5, 1, 2, 10];
const COUNTED = 10;
/** The network of the requirements, of queues, of a killed holder and of TLS. */
const USUAL = 0.5;
const REQUESTS = ['changed', 'unchanged', 'read', 'new', 'regenerate', 'large'];
const NETWORK_PEERS = ['redis-kept', 'redis-noecho-kept', 'redis', 'memcached-kept', 'memcached'];
const NETWORK_SQL = ['symfony-transactional-kept', 'symfony-transactional', 'symfony-advisory-kept', 'symfony-advisory', 'mysqli-kept', 'mysqli',
    'rustsql-kept', 'rustsql-row-kept', 'rustsql-pipelined', 'rustsql-row-pipelined', 'rustsql', 'rustsql-row'];
const NETWORK_SESSIONS = 100;
/** One client works here: none of the servers is ever busy with another. */
const BLOCK_MILLISECONDS = 60;

/** @return list<string> */
function network_contestants(): array
{
    return [...NETWORK_PEERS, ...NETWORK_SQL, ...with_part_of_name('mysql', NETWORK_SQL)];
}

/** The servers and networks of these cases, started when they are first asked for. */
function network_stack(): Stack
{
    static $stack = null;
    if (!$stack) {
        Network::isOwn() ?: throw new RuntimeException('it needs root: see tools/bench');
        $stack = new Stack(everywhere: true);
    }
    return $stack;
}

function network(float $milliseconds): Network
{
    static $networks = [];
    return $networks["$milliseconds"] ??= Network::make($milliseconds);
}

/** loop.php of a contestant, in front of other processes on its core. */
function network_loop(string $name, Network $network, array $ini = []): PhpProcess
{
    $stack = network_stack();
    $contestant = $stack->contestant($name, $network->host);
    $stack->startServer($contestant);
    $server = $stack->serverPid($contestant);
    pin($server, (string) SERVER_CORE);
    exec("chrt -a -r -p 1 $server");
    $process = new PhpProcess([...on(CLIENT_CORE), 'chrt', '-r', '1', ...$stack->cli($name, $ini, $network->host), __DIR__ . '/../loop.php',
        "network-$name", (string) NETWORK_SESSIONS, '2048']);
    $process->readLine();
    return $process;
}

/** Makes the sessions. Throws unless a second process waits while the first one has a session. */
function network_prepare(string $name): void
{
    $direct = network(0);
    [$holder, $other] = [network_loop($name, $direct), network_loop($name, $direct)];
    ask($holder, 'fill');
    ask($holder, 'fill large');
    $holder->write("hold\n");
    $holder->readLine() === 'held' ?: throw new RuntimeException("$name holds no session");
    $other->write("queue 1 0\n");
    try {
        $other->readLine(0.1);
        throw new LogicException("$name does not lock");
    } catch (RuntimeException) {
        // It waits.
    }
    ask($holder, 'go on');
    $other->readLine();
    (int) ask($holder, 'sum') === 2 ?: throw new RuntimeException("$name has lost an update");
}

function measure_round_trips(Measure $measure, string $case): void
{
    $names = array_values(array_filter(network_contestants(), fn ($name) => preg_match('~' . (getenv('NAMES') ?: '') . '~', $name)));
    $changed = array_fill_keys($names, ['' => 2, 'large' => 0]);
    foreach ($names as $key => $name) {
        try {
            network_prepare($name);
        } catch (LogicException $e) {
            say("  void: {$e->getMessage()}");
            unset($names[$key]);
        }
    }
    foreach ($measure->quick ? [0, USUAL, COUNTED] : ROUND_TRIPS as $trip) {
        $network = network($trip);
        $measure->results[$case]['echo'][0]["$trip"] = $network->roundTrip();
        $rounds = $trip === COUNTED || $measure->quick ? 1 : $measure->rounds();
        $php = array_combine($names, array_map(fn ($name) => network_loop($name, $network), $names));
        // Longer than a round trip, so that an answer that is read before the next use has come.
        $work = (int) (1000 * $trip + 500);
        foreach (REQUESTS as $request) {
            for ($round = 0; $round < $rounds; $round++) {
                foreach (shuffled($names) as $name) {
                    // The first round's first block tells how many there is time for, and makes connections and statements.
                    $counts[$name] = $round ? $counts[$name] : network_count((float) ask($php[$name], "$request 1 $work") + $work, $measure->quick || $trip === COUNTED);
                    [$us, $cpu] = array_map(floatval(...), explode(' ', ask($php[$name], "$request $counts[$name] $work")));
                    $measure->results[$case][$name][$round]["$trip $request"] = $us;
                    $measure->results[$case][$name][$round]["$trip $request cpu"] = $cpu;
                    if (in_array($request, ['changed', 'large'], true)) {
                        $changed[$name][$request === 'large' ? 'large' : ''] += $counts[$name] + ($round ? 0 : 1);
                    }
                }
            }
        }
        network_say($measure, $case, $names, $trip);
    }
    foreach ($names as $name) {
        $last = network_loop($name, network(0));
        $lost = array_map(fn ($which) => $changed[$name][$which] - (int) ask($last, trim("sum $which")), ['', 'large']);
        $measure->results[$case][$name][0]['lost'] = array_sum(array_map(abs(...), $lost));
        array_sum($lost) === 0 ?: say("  $name: updates are lost: " . implode(' and ', $lost));
    }
}

function network_count(float $microseconds, bool $few): int
{
    return $few ? 2 : max(5, (int) (BLOCK_MILLISECONDS * 1000 / $microseconds));
}

function network_say(Measure $measure, string $case, array $names, float $trip): void
{
    $echo = $measure->results[$case]['echo'][0]["$trip"];
    say(sprintf('  %s ms: echo %.3f ms (90 %% within %.3f), connect %.3f ms', $trip, $echo['p50'], $echo['p90'], $echo['connect']));
    foreach ($names as $name) {
        $times = array_map(fn ($request) => sprintf('%s %6.2f', $request, $measure->median($case, $name, "$trip $request") / 1e3), REQUESTS);
        say(sprintf('    %-32s %s', $name, implode('  ', $times)));
    }
}

/** How many round trips a request waits for: its time over the slow network, divided by that of an echo. */
function round_trips(array $results, string $name, string $request): ?float
{
    $rounds = $results['round-trips'][$name] ?? null;
    $echo = $results['round-trips']['echo'][0][(string) COUNTED]['p50'] ?? null;
    return $rounds && $echo ? median(array_column($rounds, COUNTED . " $request")) / 1e3 / $echo : null;
}
