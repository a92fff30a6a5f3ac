<?php
/*
 * The chaos harness, run by tools/chaos, which tells how to use it.
 *
 *     client.php  -- FastCGI -->  two pools of PHP-FPM  --  network.php  -->  the servers of a topology
 *                                                                             |
 *                 faults.php kills, stops, cuts and blocks all that ----------+
 *
 * All that it starts ends with it, whatever ends it.
 */
declare(strict_types=1);

foreach (['../php-tests/inc/server', '../php-tests/inc/php', '../php-tests/inc/web_request', 'space', 'network', 'pool', 'record', 'checker', 'merging_checker', 'topology',
    'topology/single', 'topology/pair', 'topology/galera', 'topology/group', 'faults', 'report'] as $file) {
    if (is_file(__DIR__ . "/$file.php")) {
        require __DIR__ . "/$file.php";
    }
}

const FOLDER = __DIR__ . '/../target/chaos';
/** Requests are under way until they are answered, which no timeout lets take longer. */
const DRAIN_SECONDS = 90;
/** For one session at the end. */
const READ_SECONDS = 30;
/** For a topology, beside the time for its faults: to start, to come to rest and to be read. */
const MOST_SECONDS = 600;
const SHORT_SECONDS = 8;
const SHORT_MERGING = ['mariadb', 'galera'];
const PROVE_SECONDS = 12;
const PROVE_KEYS_SECONDS = 6;
/** Of make chaos, the part of the time in which sessions are merged. */
const MERGING = 1 / 3;
/** Seconds for which a server keeps the lock of a web host that it does not hear from. */
const LOCK_TTL = 4;

function now(): float
{
    return hrtime(true) / 1e9;
}

function alarm(int $seconds): void
{
    if (function_exists('pcntl_alarm')) {
        pcntl_alarm($seconds);
    }
}

function say(string $text = ''): void
{
    echo $text, "\n";
}

/** PHP for the harness itself, without the extension. */
function harness_php(): array
{
    $command = [getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-n'];
    foreach (array_filter(explode(',', (string) getenv('CHAOS_MODULES'))) as $module) {
        array_push($command, '-d', "extension=$module");
    }
    return $command;
}

/** A folder for sockets, whose names must be short. */
function socket_folder(): string
{
    $folder = sys_get_temp_dir() . '/rustsql-chaos-' . getmypid();
    if (!is_dir($folder)) {
        mkdir($folder, 0700);
        register_shutdown_function(fn () => array_map(unlink(...), glob("$folder/*")) && rmdir($folder));
    }
    return $folder;
}

function web_host(string $name, Topology $topology): Pool
{
    $ini = [
        'rustsql.dsn' => $topology->dsn($name),
        'rustsql.connect_timeout' => '1', 'rustsql.io_timeout' => '3', 'rustsql.retry_after' => '1', 'rustsql.lock_timeout' => '10',
        'rustsql.lock_ttl' => (string) LOCK_TTL,
    ];
    return new Pool($name, socket_folder(), handler_ini() + $ini, Space::make());
}

/** The web hosts' setting. */
function lock(): string
{
    return handler_ini()['rustsql.lock'] ?? '';
}

/** Whether each request has a key of its own, instead of a counter for all: where sessions are merged, and with KEYS=1. */
function has_keys(): bool
{
    return lock() === 'merge' || getenv('KEYS');
}

/** Works with these variables of the environment. */
function within(array $settings, Closure $work): mixed
{
    $before = array_map(getenv(...), array_combine(array_keys($settings), array_keys($settings)));
    $put = fn (string|false $value, string $name) => putenv($value === false ? $name : "$name=$value");
    array_walk($settings, $put);
    try {
        return $work();
    } finally {
        array_walk($before, $put);
    }
}

/** More settings for the web hosts. */
function merging(): array
{
    return ['HANDLER_INI' => trim(getenv('HANDLER_INI') . ' rustsql.lock=merge')];
}

function page(): string
{
    return __DIR__ . '/web/' . (has_keys() ? 'merging.php' : 'counter.php');
}

/** The counter of a session as this web host reads it, or its keys. */
function stored(string $id, Pool $pool): int|array
{
    $request = null;
    try {
        // What the last requests left behind (locks of connections that nobody closed) may still have to end.
        Server::waitFor(function () use ($pool, $id, &$request): bool {
            $request = new FastCgiRequest($pool->socket, page(), "id=$id&do=read");
            for ($end = now() + READ_SECONDS; $request->socket && now() < $end && $request->read(); ) {
                $sockets = [$request->socket];
                $none = null;
                stream_select($sockets, $none, $none, 1);
            }
            return $request->json()['opened'] ?? false;
        }, READ_SECONDS);
    } catch (RuntimeException) {
        throw new RuntimeException("session $id cannot be read at the end: " . ($request->text() ?: 'no answer'));
    }
    return has_keys() ? $request->json()['keys'] : $request->json()['read'];
}

/** Runs one topology; what goes wrong with the harness itself is in the result, too. */
function run(string $name, float $seconds, int $seed, bool $onlyKills = false): Result
{
    $result = new Result($name . (lock() === 'merge' ? ', merge' : ''));
    if ($result->skipped = Topology::missing($name)) {
        say(sprintf('%-8s not run: %s', $name, $result->skipped));
        return $result;
    }
    // The last resort, deadly: each step has a bound of its own.
    alarm((int) $seconds + MOST_SECONDS);
    $topology = null;
    $pools = [];
    $begin = now();
    try {
        $network = new Network;
        $topology = Topology::make($name, $network);
        $topology->start();
        $pools = array_map(fn ($host) => web_host($host, $topology), Topology::WEB_HOSTS);
        $result->servers = $topology->describe();
        say(sprintf('%-8s %s: up after %.0f s; %.0f s of faults', $name, $result->servers, now() - $begin, $seconds));
        rush($result, $topology, $network, $pools, $seconds, $seed, $onlyKills);
    } catch (RuntimeException $e) {
        $result->failed = $e->getMessage();
        say("the harness failed: {$e->getMessage()}");
    }
    foreach ($pools as $pool) {
        $pool->kill();
        $pool->space?->end();
    }
    $topology?->end();
    alarm(0);
    return $result;
}

/** Requests and faults, and then a look at every session. */
function rush(Result $result, Topology $topology, Network $network, array $pools, float $seconds, int $seed, bool $onlyKills): void
{
    $file = FOLDER . '/' . str_replace(', ', '-', $result->topology) . '.record';
    $client = new PhpProcess([...harness_php(), __DIR__ . '/client.php', page(), $file, (string) $seed,
        ...array_map(fn ($pool) => $pool->socket, $pools)]);
    $faults = new Faults($topology, $network, $pools, new Dice($seed), $onlyKills);
    $faults->run($seconds);
    $over = now();
    $faults->heal();
    $end = $client->wait(DRAIN_SECONDS);
    $rest = now();
    if ($end['exit'] !== 0 || $end['err'] !== '') {
        throw new RuntimeException("the client failed: $end[err]$end[out]");
    }
    [$result->faults, $result->log] = [$faults->count, $faults->log];
    $record = Record::read($file);
    $stored = [];
    foreach ($pools as $pool) {
        foreach (array_unique([...array_column($record, 'id'), ...array_filter(array_column($record, 'new'))]) as $id) {
            $seen = stored($id, $pool);
            if ($seen !== ($stored[$id] ??= $seen)) {
                throw new RuntimeException("the web hosts disagree on session $id: " . json_encode([$stored[$id], $seen]));
            }
        }
    }
    say(sprintf('         at rest after %.0f s, %d sessions read in %.0f s', $rest - $over, count($stored), now() - $rest));
    $result->record = $record;
    $result->checker = has_keys() ? new MergingChecker($record, $stored) : new Checker($record, $stored);
}

/** Shows that losses are found where something is left out: each is a test for tools/test. */
function prove(int $seed): int
{
    $unfenced = ['RUSTSQL_SO' => (string) getenv('UNFENCED_SO')];
    $unlocked = ['HANDLER_INI' => 'rustsql.lock=unlocked'];
    $lost = fn (Checker $is): bool => !$is->isClean();
    $without = [
        'without locking writes are lost' => [$unlocked, false, PROVE_SECONDS, $lost],
        'without the comparison of versions writes are lost' => [$unfenced, true, PROVE_SECONDS, $lost],
        'without merging keys are lost' => [$unlocked + ['KEYS' => '1'], false, PROVE_KEYS_SECONDS, fn (Checker $is): bool => $is->lost > 0],
        'without the comparison of versions sessions that have ended come back' => [$unfenced + merging(), true, PROVE_KEYS_SECONDS, fn (Checker $is): bool => $is->fromNowhere > 0],
    ];
    $count = ['passed' => 0, 'failed' => 0];
    foreach ($without as $what => [$settings, $onlyKills, $seconds, $isLost]) {
        $result = within($settings, fn () => run('mariadb', $seconds, $seed, $onlyKills));
        $found = $result->checker && $isLost($result->checker);
        $count[$found ? 'passed' : 'failed']++;
        if ($result->checker) {
            report([$result]);
        }
        say($found ? "PASS $what, and that is found" : "FAIL $what, and that was not found: SEED=$seed");
    }
    say("$count[passed] passed, $count[failed] failed, 0 skipped");
    return $count['failed'] ? 1 : 0;
}

/** For tools/test: each topology is a test, and merging in some of them. */
function short(array $names, int $seed): int
{
    $count = ['passed' => 0, 'failed' => 0, 'skipped' => 0];
    $runs = array_map(fn ($name) => [$name, []], $names);
    if (lock() === '') {
        array_push($runs, ...array_map(fn ($name) => [$name, merging()], array_intersect(SHORT_MERGING, $names)));
    }
    foreach ($runs as [$name, $settings]) {
        $result = within($settings, fn () => run($name, SHORT_SECONDS, $seed));
        $outcome = $result->skipped ? 'skipped' : ($result->isClean() ? 'passed' : 'failed');
        $count[$outcome]++;
        if ($result->checker) {
            $row = $result->row();
            say("         $row[acknowledged] acknowledged, $row[faults] faults");
        }
        if (!$result->isClean() && $result->checker) {
            report([$result]);
        }
        say(['passed' => 'PASS', 'failed' => 'FAIL', 'skipped' => 'SKIP'][$outcome] . " chaos on $result->topology"
            . ($outcome === 'skipped' ? ": $result->skipped" : ($outcome === 'failed' ? ": SEED=$seed TOPOLOGY=$name" . ($settings ? " HANDLER_INI='$settings[HANDLER_INI]'" : '') : '')));
    }
    say("$count[passed] passed, $count[failed] failed, $count[skipped] skipped");
    return $count['failed'] ? 1 : 0;
}

function long(array $names, int $seed, float $minutes): int
{
    $share = lock() === '' ? 1 - MERGING : 1;
    $run = fn (float $share): array => array_map(fn ($name) => run($name, $share * 60 * $minutes / count($names), $seed), $names);
    $results = [$run($share), $share < 1 ? within(merging(), fn () => $run(MERGING)) : []];
    $complete = array_map(fn ($results) => array_values(array_filter($results, fn ($result) => $result->checker)), $results);
    array_map(report(...), $complete);
    if ($complete = array_filter($complete)) {
        $command = sprintf('make chaos SEED=%d MINUTES=%g', $seed, $minutes);
        $about = ["`$command" . ($names === Topology::ALL ? '' : ' TOPOLOGY=' . implode(',', $names)) . '`', date('j F Y'),
            trim((string) shell_exec(escapeshellarg((string) getenv('FPM')) . ' -n -v 2> /dev/null | head -n 1'))];
        file_put_contents(FOLDER . '/report.md', implode("\n", array_map(fn ($complete) => markdown($complete, $about), $complete)));
        say('The same as Markdown: target/chaos/report.md');
    }
    $bad = array_filter(array_merge(...$results), fn ($result) => !$result->isClean());
    foreach ($bad as $result) {
        say("$result->topology: " . ($result->skipped ?? $result->failed ?? "something was lost, SEED=$seed"));
    }
    say($bad ? 'Not every topology was found to lose nothing.' : 'Nothing was lost.');
    return $bad ? 1 : 0;
}

function main(array $options): int
{
    @mkdir(FOLDER, 0777, true);
    $short = in_array('--short', $options, true);
    $seed = (int) (getenv('SEED') ?: ($short ? 1 : random_int(1, 999_999)));
    $names = getenv('TOPOLOGY') ? explode(',', getenv('TOPOLOGY')) : Topology::ALL;
    if (array_diff($names, Topology::ALL)) {
        throw new RuntimeException('TOPOLOGY is one of ' . implode(', ', Topology::ALL));
    }
    say("SEED=$seed" . (getenv('HANDLER_INI') ? ' with ' . getenv('HANDLER_INI') : ''));
    if ($missing = Space::missing()) {
        say("No name spaces for networks ($missing): web hosts that vanish and members cut off from their group are left out.");
    }
    return match (true) {
        in_array('--prove', $options, true) => prove($seed),
        $short => short($names, $seed),
        default => long($names, $seed, (float) (getenv('MINUTES') ?: 2)),
    };
}

// A signal ends the program as its own end does, with all that is registered for that.
if (function_exists('pcntl_async_signals')) {
    pcntl_async_signals(true);
    foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
        pcntl_signal($signal, fn (int $signal) => exit(128 + $signal));
    }
}
try {
    exit(main(array_slice($argv, 1)));
} catch (RuntimeException $e) {
    fwrite(STDERR, "\nThe chaos run failed: {$e->getMessage()}\n");
    exit(2);
}
