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
const PROVE_SECONDS = 12;
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

/** Whether sessions are merged: each request has a key of its own then. */
function merges(): bool
{
    return str_contains((string) getenv('HANDLER_INI'), 'rustsql.lock=merge');
}

function page(): string
{
    return __DIR__ . '/web/' . (merges() ? 'merging.php' : 'counter.php');
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
    return merges() ? $request->json()['keys'] : $request->json()['read'];
}

/** Runs one topology; what goes wrong with the harness itself is in the result, too. */
function run(string $name, float $seconds, int $seed, bool $onlyKills = false): Result
{
    $result = new Result($name);
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
    $file = FOLDER . "/$result->topology.record";
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
        foreach (array_unique(array_column($record, 'id')) as $id) {
            $seen = stored($id, $pool);
            if ($seen !== ($stored[$id] ??= $seen)) {
                throw new RuntimeException("the web hosts disagree on session $id: " . json_encode([$stored[$id], $seen]));
            }
        }
    }
    say(sprintf('         at rest after %.0f s, %d sessions read in %.0f s', $rest - $over, count($stored), now() - $rest));
    $result->record = $record;
    $result->checker = merges() ? new MergingChecker($record, $stored) : new Checker($record, $stored);
}

/** Shows that losses are found, without locks, and with locks but without versions: each is a test for tools/test. */
function prove(int $seed): int
{
    $without = ['locking' => ['HANDLER_INI=rustsql.lock=unlocked', false], 'the comparison of versions' => ['RUSTSQL_SO=' . getenv('UNFENCED_SO'), true]];
    $settings = ['HANDLER_INI', 'RUSTSQL_SO'];
    $count = ['passed' => 0, 'failed' => 0];
    foreach ($without as $what => [$setting, $onlyKills]) {
        $before = array_map(getenv(...), array_combine($settings, $settings));
        putenv($setting);
        $result = run('mariadb', PROVE_SECONDS, $seed, $onlyKills);
        foreach ($before as $name => $value) {
            putenv($value === false ? $name : "$name=$value");
        }
        $lost = $result->checker && !$result->checker->isClean();
        $count[$lost ? 'passed' : 'failed']++;
        if ($result->checker) {
            report([$result]);
        }
        say($lost ? "PASS without $what writes are lost, and that is found" : "FAIL without $what no loss was found: SEED=$seed");
    }
    say("$count[passed] passed, $count[failed] failed, 0 skipped");
    return $count['failed'] ? 1 : 0;
}

/** For tools/test: each topology is a test. */
function short(array $names, int $seed): int
{
    $count = ['passed' => 0, 'failed' => 0, 'skipped' => 0];
    foreach ($names as $name) {
        $result = run($name, SHORT_SECONDS, $seed);
        $outcome = $result->skipped ? 'skipped' : ($result->isClean() ? 'passed' : 'failed');
        $count[$outcome]++;
        if ($result->checker) {
            $row = $result->row();
            say("         $row[acknowledged] acknowledged, $row[faults] faults");
        }
        if (!$result->isClean() && $result->checker) {
            report([$result]);
        }
        say(['passed' => 'PASS', 'failed' => 'FAIL', 'skipped' => 'SKIP'][$outcome] . " chaos on $name"
            . ($outcome === 'skipped' ? ": $result->skipped" : ($outcome === 'failed' ? ": SEED=$seed TOPOLOGY=$name" : '')));
    }
    say("$count[passed] passed, $count[failed] failed, $count[skipped] skipped");
    return $count['failed'] ? 1 : 0;
}

function long(array $names, int $seed, float $minutes): int
{
    $results = array_map(fn ($name) => run($name, 60 * $minutes / count($names), $seed), $names);
    $complete = array_values(array_filter($results, fn ($result) => $result->checker));
    report($complete);
    if ($complete) {
        $command = sprintf('make chaos SEED=%d MINUTES=%g', $seed, $minutes);
        $about = ["`$command" . ($names === Topology::ALL ? '' : ' TOPOLOGY=' . implode(',', $names)) . '`', date('j F Y'),
            trim((string) shell_exec(escapeshellarg((string) getenv('FPM')) . ' -n -v 2> /dev/null | head -n 1'))];
        file_put_contents(FOLDER . '/report.md', markdown($complete, $about));
        say('The same as Markdown: target/chaos/report.md');
    }
    $bad = array_filter($results, fn ($result) => !$result->isClean());
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
