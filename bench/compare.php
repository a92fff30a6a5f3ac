<?php
/*
 * Compares two builds of the extension in one run. tools/compare calls it and says how.
 *
 * Each build has a PHP process (loop.php). The two take turns in blocks of about 30 ms, so that other load on the machine slows
 * both. A ratio is the median over all pairs of blocks. The processes are replaced every second, because the memory layout of a
 * process can make it faster or slower than another one of the same build.
 */
declare(strict_types=1);

foreach (['../php-tests/inc/server', '../php-tests/inc/php', 'measure', 'network', 'report', 'cases/floor'] as $file) {
    require __DIR__ . "/$file.php";
}

/** The highest ratio of times, new to old, in each line. A build compared with itself stays below it. */
const MOST_TIME = 1.02;
/** The same for an unchanged session on a kept connection at 1 ms: the new build does not wait for the answer to the release. */
const MOST_TIME_UNCHANGED_KEPT = 0.6;
/** The highest ratio of the client's CPU, new to old, as the mean over all lines. */
const MOST_CPU = 0.8;

/** The milliseconds of a round trip. */
const NETWORKS = ['Unix socket' => null, 'TCP' => 0, 'TCP, 0.25 ms' => 0.25, 'TCP, 1 ms' => 1];
const FARTHEST = 'TCP, 1 ms';
/** Microseconds of other work of PHP before a request. It takes longer than a round trip, so that a late answer has arrived. */
const WORK = 2000;
const SESSIONS = 200;
const SIZE = 2048;
const BLOCK = 30_000; // microseconds, about
/** A line above its limit is measured this many times more at most. All measurements count together, so that noise averages out. */
const AGAIN = 3;

final class Line
{
    /** @var list<array{array{float, float}, array{float, float}}> pairs of blocks: time and CPU with the old build, and with the new one */
    private array $pairs = [];

    public function __construct(private readonly string $server, private readonly string $network, private readonly string $connection,
        private readonly string $session, private readonly int $work, private readonly array $ini)
    {
    }

    /** @param array{string, string} $builds */
    public function measure(array $builds, float $seconds): void
    {
        $processes = (int) ceil($seconds);
        for ($left = $processes; $left > 0; $left--) {
            $this->round($builds, hrtime(true) + (int) ($seconds / $processes * 1e9));
        }
    }

    private function round(array $builds, int $end): void
    {
        $php = array_map(fn (int $which) => loop($builds[$which], $which, $this->ini), [0, 1]);
        $block = fn (int $which, int $count): array => array_map(floatval(...), explode(' ', ask($php[$which], "$this->session $count $this->work")));
        $block(1, 10);
        $count = max(4, (int) (BLOCK / ($block(0, 10)[0] + $this->work)));
        do {
            // The builds take turns at being first.
            $first = count($this->pairs) % 2;
            $pair = [$first => $block($first, $count), 1 - $first => $block(1 - $first, $count)];
            $this->pairs[] = [$pair[0], $pair[1]];
        } while (hrtime(true) < $end);
        array_map(fn ($process) => $process->wait(), $php);
    }

    public function time(): float
    {
        return $this->ratio(0);
    }

    public function cpu(): float
    {
        return $this->ratio(1);
    }

    private function ratio(int $what): float
    {
        return median(array_map(fn ($pair) => $pair[1][$what] / $pair[0][$what], $this->pairs));
    }

    public function name(): string
    {
        return "$this->server | $this->network | $this->connection | $this->session" . ($this->work ? ', work' : '');
    }

    public function holds(): bool
    {
        $faster = [$this->session, $this->connection, $this->network, $this->work] === ['unchanged', 'kept', FARTHEST, WORK];
        return $this->time() <= ($faster ? MOST_TIME_UNCHANGED_KEPT : MOST_TIME);
    }

    /** A row of the table. */
    public function __toString(): string
    {
        $of = fn (int $build, int $what): float => median(array_map(fn ($pair) => $pair[$build][$what], $this->pairs));
        return sprintf("| %s | %.3f | %.3f | %s | %.0f | %.0f | %.2f |\n", $this->name(), $of(0, 0) / 1e3, $of(1, 0) / 1e3, sprintf($this->holds() ? '%.2f' : '**%.3f**', $this->time()), $of(0, 1), $of(1, 1), $this->cpu());
    }
}

/** Starts loop.php with a build. Each build has its own sessions. */
function loop(string $library, int $which, array $ini): PhpProcess
{
    putenv("RUSTSQL_SO=$library");
    $process = new PhpProcess([...on(CLIENT_CORE), ...php_command($ini), __DIR__ . '/loop.php', "build-$which", (string) SESSIONS, (string) SIZE]);
    $process->readLine();
    return $process;
}

/** @param array<string, Network> $networks @return list<Line> the lines of one server */
function lines(string $name, Server $server, array $builds, array $networks): array
{
    // So that the expiry of an unchanged session is never updated.
    $ini = ['session.gc_maxlifetime' => '86400', 'rustsql.touch_interval' => '3600'];
    foreach ($builds as $which => $library) {
        ask(loop($library, $which, ['rustsql.dsn' => $server->socketDsn()] + $ini), 'fill');
    }
    $lines = [];
    foreach (array_keys(NETWORKS) as $network) {
        $ini['rustsql.dsn'] = isset($networks[$network]) ? $server->dsn('', ['host' => $networks[$network]->host]) : $server->socketDsn();
        foreach (['fresh' => [0], 'kept' => [0, WORK]] as $connection => $works) {
            foreach (['changed', 'unchanged'] as $session) {
                foreach ($works as $work) {
                    $lines[] = new Line($name, $network, $connection, $session, $work, $ini + ['rustsql.persistent' => (string) (int) ($connection === 'kept')]);
                }
            }
        }
    }
    return $lines;
}

/** The networks, and a sentence with their round trips. @return array{array<string, Network>, string} */
function networks(): array
{
    $networks = array_map(Network::make(...), array_filter(NETWORKS, is_numeric(...)));
    $took = array_map(fn ($network, $name) => sprintf('%.2f ms in `%s`', $network->roundTrip()['p50'], $name), $networks, array_keys($networks));
    return [$networks, 'The echo of a byte over TCP took ' . implode(', ', $took) . '.'];
}

function stripped(string $library): float
{
    $copy = tempnam(sys_get_temp_dir(), 'rustsql');
    exec('strip -s -o ' . escapeshellarg($copy) . ' ' . escapeshellarg($library), result_code: $status);
    $size = $status ? NAN : filesize($copy) / 1e6;
    unlink($copy);
    return $size;
}

/** @param array{string, string} $builds the libraries */
function compare(array $builds, array $names): int
{
    $seconds = getenv('QUICK') ? 0.6 : 6.0;
    [$networks, $round_trips] = networks();
    $page = "## Two builds against each other\n\nWritten by `WRITE=1 tools/compare $names[0] $names[1]` on " . date('Y-m-d') . ', PHP ' . PHP_VERSION . ". $round_trips\n\n"
        . "Time and client CPU from session_start() to session_write_close() in one process, with sessions of 2 KB. `work`: before each request PHP works for 2 ms,\n"
        . "which are not counted. The builds take turns in short blocks, and a ratio is the median over all pairs of blocks. It is bold above its limit.\n\n"
        . "| server | network | connection | session | old, ms | new, ms | new to old | old CPU, us | new CPU, us | new to old |\n|---|---|---|---|--:|--:|--:|--:|--:|--:|\n";
    echo $page;
    $lines = [];
    foreach (['MariaDB' => 'mariadb', 'MySQL' => 'mysql'] as $name => $flavour) {
        // It listens on all addresses, because the networks with a delay have their own. The network namespace has no others.
        $server = Server::start($flavour, ['bind_address' => '0.0.0.0']);
        pin($server->pid, (string) SERVER_CORE);
        $only = getenv('ONLY') ?: '';
        foreach (lines($name, $server, $builds, $networks) as $line) {
            if (!preg_match("~$only~", $line->name())) {
                continue;
            }
            for ($try = 0; $try === 0 || $try <= AGAIN && !$line->holds(); $try++) {
                $line->measure($builds, $seconds);
            }
            echo $line;
            $page .= $line;
            $lines[] = $line;
        }
        $server->stop();
    }
    $cpu = $lines ? array_map(fn ($line) => $line->cpu(), $lines) : throw new RuntimeException('ONLY= names no line');
    $mean = exp(array_sum(array_map(log(...), $cpu)) / count($cpu));
    $slow = count(array_filter($lines, fn ($line) => !$line->holds()));
    $end = sprintf("\n%d of %d lines are above their limit. It is %s for the time. For an unchanged session on a kept connection, with work, at 1 ms, it is %s.\n"
        . "The mean ratio of the client's CPU is %.2f (lowest %.2f, highest %.2f); the limit is %s. The stripped library has %.2f MB, it had %.2f MB.",
        $slow, count($lines), MOST_TIME, MOST_TIME_UNCHANGED_KEPT, $mean, min($cpu), max($cpu), MOST_CPU, stripped($builds[1]), stripped($builds[0]));
    $built = array_map(fn ($library) => (float) @file_get_contents("$library.cpu"), $builds);
    $end .= (min($built) ? sprintf(' Its clean build takes %.0f s of CPU, it took %.0f s.', $built[1], $built[0]) : '') . "\n";
    echo $end;
    if (getenv('WRITE')) {
        $file = __DIR__ . '/../docs/performance-one-machine.md';
        file_put_contents($file, with_part(file_get_contents($file), 'tools/compare', "$page$end"));
    }
    return $slow || $mean > MOST_CPU ? 1 : 0;
}

try {
    exit(compare(array_slice($argv, 1, 2), array_slice($argv, 3, 2)));
} catch (RuntimeException $e) {
    fwrite(STDERR, "not measured: {$e->getMessage()}\n");
    exit(2);
}
