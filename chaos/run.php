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

foreach (['../php-tests/inc/server', '../php-tests/inc/php', 'network', 'pool', 'fastcgi', 'record', 'checker', 'topology',
    'topology/single', 'topology/pair', 'topology/galera', 'topology/group', 'faults', 'report'] as $file) {
    if (is_file(__DIR__ . "/$file.php")) {
        require __DIR__ . "/$file.php";
    }
}

const FOLDER = __DIR__ . '/../target/chaos';
/** Requests are under way until they are answered, which no time-out lets take longer. */
const DRAIN_SECONDS = 90;

function now(): float
{
    return hrtime(true) / 1e9;
}

function say(string $text = ''): void
{
    echo $text, "\n";
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
    ];
    foreach (preg_split('/\s+/', (string) getenv('HANDLER_INI'), 0, PREG_SPLIT_NO_EMPTY) as $setting) {
        [$key, $value] = explode('=', $setting, 2);
        $ini[$key] = $value;
    }
    return new Pool($name, socket_folder(), $ini);
}

/** The counter of a session as both web hosts read it. */
function stored(string $id, array $pools): int
{
    $seen = [];
    foreach ($pools as $pool) {
        // What the last requests left behind (locks of connections that nobody closed) may still have to end.
        $answer = Server::waitFor(function () use ($pool, $id): ?array {
            $request = new FastCgi($pool->socket, "id=$id&do=read");
            while ($request->socket && $request->read()) {
                $sockets = [$request->socket];
                $none = null;
                stream_select($sockets, $none, $none, 1);
            }
            $answer = $request->answer();
            return $answer && $answer['opened'] ? $answer : null;
        }, 60);
        $seen[] = $answer['read'];
    }
    return max($seen) === min($seen) ? $seen[0] : throw new RuntimeException("web hosts disagree: " . implode(', ', $seen));
}

function run(string $name, float $seconds, int $seed): Result
{
    $network = new Network;
    $topology = Topology::make($name, $network);
    $pools = [web_host('A', $topology), web_host('B', $topology)];
    say(sprintf('%-8s %s, %.0f seconds', $name, $topology->describe(), $seconds));

    $file = FOLDER . "/$name.record";
    $client = new PhpProcess([getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-n', __DIR__ . '/client.php', $file, (string) $seed,
        ...array_map(fn ($pool) => $pool->socket, $pools)]);
    $faults = new Faults($topology, $network, $pools, new Dice($seed));
    $faults->run($seconds);
    $faults->heal();
    $end = $client->wait(DRAIN_SECONDS);
    if ($end['exit'] !== 0 || $end['err'] !== '') {
        throw new RuntimeException("the client failed: $end[err]$end[out]");
    }

    $record = Record::read($file);
    $stored = [];
    foreach (array_unique(array_column($record, 'id')) as $id) {
        $stored[$id] = stored($id, $pools);
    }
    $result = new Result($name, $record, $faults->count, new Checker($record, $stored));
    array_map(fn ($pool) => $pool->kill(), $pools);
    $topology->end();
    return $result;
}

function main(array $options): int
{
    @mkdir(FOLDER, 0777, true);
    $prove = in_array('--prove', $options, true);
    $seed = (int) (getenv('SEED') ?: random_int(1, 999_999));
    $names = explode(',', getenv('TOPOLOGY') ?: ($prove ? 'mariadb' : implode(',', Topology::ALL)));
    $seconds = 60 * (float) (getenv('MINUTES') ?: ($prove ? 0.2 : 2)) / count($names);
    if ($prove) {
        putenv('HANDLER_INI=rustsql.lock=unlocked');
    }
    if (array_diff($names, Topology::ALL)) {
        throw new RuntimeException('TOPOLOGY is one of ' . implode(', ', Topology::ALL));
    }
    say("SEED=$seed" . (getenv('HANDLER_INI') ? ' with ' . getenv('HANDLER_INI') : ''));
    $results = array_map(fn ($name) => run($name, $seconds, $seed), $names);
    report($results);

    $clean = !array_filter($results, fn ($result) => !$result->checker->isClean());
    if ($prove) {
        say($clean ? 'Without locking nothing was lost: this harness would find nothing.' : 'Without locking writes are lost, and that is found.');
        return $clean ? 1 : 0;
    }
    say($clean ? 'Nothing was lost.' : "Something was lost: SEED=$seed");
    return $clean ? 0 : 1;
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
