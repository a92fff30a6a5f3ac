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
const BLOCK_MILLISECONDS = 60;
/** Requests that are not counted: they make connections and prepare statements. */
const FIRST_REQUESTS = 3;
/** So many contestants at once, where the network is so slow that none is busy. */
const AT_ONCE = 6;

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
    // So that the expiry of an unchanged session is never moved. The others move it each time.
    $ini += ['rustsql.touch_interval' => '3600'];
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
    // What each has acknowledged, with that of network_prepare().
    $changed = array_fill_keys($names, ['changed' => 2] + array_fill_keys(REQUESTS, 0));
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
                foreach (array_chunk(shuffled($names), $trip === COUNTED ? AT_ONCE : 1) as $turn) {
                    if ($round === 0) {
                        foreach (network_ask($php, array_fill_keys($turn, "$request " . FIRST_REQUESTS . " $work")) as $name => [$us]) {
                            $counts[$name] = $measure->quick || $trip === COUNTED ? 3 : max(5, (int) (BLOCK_MILLISECONDS * 1000 / ($us + $work)));
                            $changed[$name][$request] += FIRST_REQUESTS;
                        }
                    }
                    foreach (network_ask($php, array_combine($turn, array_map(fn ($name) => "$request $counts[$name] $work", $turn))) as $name => [$us, $cpu]) {
                        $measure->results[$case][$name][$round]["$trip $request"] = $us;
                        $measure->results[$case][$name][$round]["$trip $request cpu"] = $cpu;
                        $changed[$name][$request] += $counts[$name];
                    }
                }
            }
        }
        network_say($measure, $case, $names, $trip);
    }
    foreach ($names as $name) {
        $last = network_loop($name, network(0));
        $lost = [$changed[$name]['changed'] - (int) ask($last, 'sum'), $changed[$name]['large'] - (int) ask($last, 'sum large')];
        $measure->results[$case][$name][0]['lost'] = array_sum(array_map(abs(...), $lost));
        array_sum($lost) === 0 ?: say("  $name: updates are lost: " . implode(' and ', $lost));
    }
}

/** All of them at once. @param array<string, string> $lines @return array<string, list<float>> */
function network_ask(array $php, array $lines): array
{
    foreach ($lines as $name => $line) {
        $php[$name]->write("$line\n");
    }
    return array_map(fn ($process) => array_map(floatval(...), explode(' ', $process->readLine(600))), array_intersect_key($php, $lines));
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
