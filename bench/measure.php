<?php
/*
 * Rounds: in each, the contestants come one after the other, in an order of its own. What is told of a case is the median of
 * its rounds; a ratio is the median of the ratios within each round.
 */
declare(strict_types=1);

final class Measure
{
    /** @var array<string, array<string, list<array>>> case, contestant, rounds */
    public array $results = [];

    public function __construct(public readonly Stack $stack, public readonly bool $quick)
    {
    }

    public function rounds(): int
    {
        return $this->quick ? 2 : (int) (getenv('ROUNDS') ?: 5);
    }

    /**
     * @param list<string> $names
     * @param array<string, int|float|string> $load parameters of load.c
     */
    public function compete(string $case, array $names, array $load): void
    {
        $size = $load['size'] ?? 2048;
        $clients = $load['clients'] ?? 8;
        $sessions = $load['sessions'] ?? ($this->quick ? 200 : ($size > 10_000 ? 1000 : 2000));
        // Neither the visitors wait for a worker nor do workers stand idle.
        foreach ($names as $name) {
            $this->stack->start($name, max(8, $clients));
        }
        $load += ['do' => 'changed', 'size' => $size, 'clients' => $clients, 'sessions' => $sessions,
            'seconds' => $this->quick ? 0.3 : 1.2, 'warmup' => $this->quick ? 0.1 : 0.2, 'ids' => ($sessions === 1 ? 'one' : 's') . $size];
        foreach ($names as $name) {
            $this->fill($name, $load);
        }
        for ($round = 0; $round < $this->rounds(); $round++) {
            shuffle($names);
            foreach ($names as $name) {
                $this->results[$case][$name][$round] = $this->run($name, $load);
            }
        }
        foreach ($names as $name) {
            $last = &$this->results[$case][$name][$this->rounds() - 1];
            if (in_array($load['do'], ['changed', 'new'], true)) {
                $check = $this->load($name, ['do' => 'check', 'clients' => 8] + ($load['do'] === 'new' ? ['sessions' => 0] : []) + $load);
                foreach (['lost', 'nowhere', 'checked'] as $what) {
                    $last[$what] = $check[$what];
                }
                $last['unreadable'] = $check['failed'];
            }
            unset($last);
            $this->stack->stop($name);
        }
        $this->say($case);
    }

    /** One round of one contestant, with the CPU that it took for each request. */
    public function run(string $name, array $load): array
    {
        $contestant = $this->stack->contestant($name);
        $server = $this->stack->serverPid($contestant);
        $cpu = fn (): array => [
            'cpu_php' => self::cpuOfThreads($this->stack->workers($name)), 'cpu_server' => $server ? self::cpuOf([$server]) : 0.0, 'cpu_nginx' => self::cpuOf($this->stack->nginxPids()),
        ];
        $before = $cpu();
        $result = $this->load($name, $load);
        $after = $cpu();
        foreach ($before as $what => $seconds) {
            $result[$what] = $result['all'] ? ($after[$what] - $seconds) / $result['all'] * 1e6 : 0.0;
        }
        $result['cpu_client'] = $result['all'] ? $result['cpu'] / $result['all'] * 1e6 : 0.0;
        return $result;
    }

    /** Makes the sessions, once for each size. */
    public function fill(string $name, array $load): void
    {
        $file = $this->stateFile(['ids' => "$name-$load[ids]"] + $load);
        if ($load['do'] === 'new') {
            @unlink($file);
        } elseif (!is_file($file)) {
            $filled = $this->load($name, ['do' => 'fill', 'clients' => 4, 'work' => 0, 'warmup' => 0] + $load);
            if ($filled['failed'] || $filled['requests'] !== $load['sessions']) {
                throw new RuntimeException("$name cannot make sessions: $filled[failure]");
            }
        }
    }

    public function load(string $name, array $load): array
    {
        return $this->loaded($this->startLoad($name, $load));
    }

    public function startLoad(string $name, array $load): PhpProcess
    {
        // Those who share a server do not share sessions.
        $load['ids'] = "$name-$load[ids]";
        $load = ['port' => $this->stack->port, 'path' => "/$name", 'state' => $this->stateFile($load), 'seed' => random_int(1, 1 << 30)] + $load;
        $command = [Stack::folder('') . 'load'];
        foreach ($load as $key => $value) {
            $command[] = "$key=$value";
        }
        return new PhpProcess($command);
    }

    public function loaded(PhpProcess $client): array
    {
        $client = $client->wait(180);
        return json_decode($client['out'], true) ?? throw new RuntimeException("the load client failed: $client[err]$client[out]");
    }

    private function stateFile(array $load): string
    {
        // In the folder of this run: the servers are new, too.
        $new = $load['do'] === 'new' || ($load['sessions'] ?? 1) === 0;
        return Stack::folder('state') . "/$load[ids]" . ($new ? '-new' : '');
    }

    public function median(string $case, string $name, string $what): ?float
    {
        $rounds = $this->results[$case][$name] ?? [];
        return $rounds ? median(array_column($rounds, $what)) : null;
    }

    /** The median of what `$name` has to what `$other` has in the same round. */
    public function ratio(string $case, string $name, string $other, string $what): ?float
    {
        return ratio($this->results, $case, $name, $other, $what);
    }

    public function say(string $case): void
    {
        foreach ($this->results[$case] as $name => $rounds) {
            $m = fn (string $what) => $this->median($case, $name, $what);
            $sum = fn (string $what) => array_sum(array_column($rounds, $what));
            say(sprintf('  %-26s %7.0f /s  p50 %7.0f  p99 %8.0f us  cpu: php %5.0f, server %5.0f, client %3.0f us%s%s%s%s', $name, $m('rps'), $m('p50'), $m('p99'),
                $m('cpu_php'), $m('cpu_server'), $m('cpu_client'), ...array_map(fn ($what) => $sum($what) ? "  $what {$sum($what)}" : '', ['failed', 'warned', 'unlocked', 'lost'])));
            foreach (['failure', 'warning'] as $what) {
                if ($text = implode('', array_slice(array_filter(array_column($rounds, $what)), 0, 1))) {
                    say("      $text");
                }
            }
        }
    }

    /** Of processes with one thread each, exact. */
    public static function cpuOfThreads(array $pids): float
    {
        return array_sum(array_map(fn ($pid) => (float) strtok((string) @file_get_contents("/proc/$pid/schedstat"), ' '), $pids)) / 1e9;
    }

    /** With all their threads, those that ended too, to a hundredth of a second. */
    private static function cpuOf(array $pids): float
    {
        $ticks = function (int $pid): int {
            $fields = explode(' ', substr(strrchr((string) @file_get_contents("/proc/$pid/stat"), ')') ?: '', 2));
            return ($fields[11] ?? 0) + ($fields[12] ?? 0);
        };
        return array_sum(array_map($ticks, $pids)) / 100;
    }
}

function median(array $values): float
{
    sort($values);
    $count = count($values);
    return $count ? ($values[intdiv($count - 1, 2)] + $values[intdiv($count, 2)]) / 2 : NAN;
}

function percentile(array $values, float $share): float
{
    sort($values);
    return $values ? $values[(int) ($share * (count($values) - 1))] : NAN;
}

/** The median over the rounds of what one contestant has to what another has; null where one of them is missing. */
function ratio(array $results, string $case, string $name, string $other, string $what): ?float
{
    $ratios = ratios($results, $case, $name, $other, $what);
    return $ratios ? median($ratios) : null;
}

/** Of each round. @return list<float> */
function ratios(array $results, string $case, string $name, string $other, string $what): array
{
    $ratios = [];
    foreach ($results[$case][$name] ?? [] as $round => $is) {
        if ($against = $results[$case][$other][$round][$what] ?? 0) {
            $ratios[] = $is[$what] / $against;
        }
    }
    return $ratios;
}
