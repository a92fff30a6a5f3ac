<?php
/*
 * The schedule: what goes wrong, when, for how long; all of it decided by the seed. Small faults come all the time,
 * also while one of the large ones, of which there is one at a time, is under way.
 *
 * A large fault is a generator: it does its harm, yields for how many seconds that shall last, and mends it.
 */

final class Faults
{
    /** Seconds between small faults, and between the end of a large one and the next. */
    private const SMALL = [0.1, 0.5];
    private const LARGE = [0.5, 2.0];
    /** Between small ones when there are no large ones. */
    private const SMALLEST = [0.02, 0.1];

    /** @var array<string, int> how many of each kind there were */
    public array $count = [];
    /** @var list<array{string, float, float}> large ones: their kinds, beginnings and ends */
    public array $log = [];
    private ?Generator $large = null;
    private float $nextSmall;
    private float $nextLarge;
    /** @var list<string> kinds of large faults that are still to come in this round: each comes before one comes twice. */
    private array $round = [];

    public function __construct(private readonly Topology $topology, private readonly Network $network,
        /** @var list<Pool> */ private readonly array $pools, private readonly Dice $dice, private readonly bool $onlyKills = false)
    {
    }

    public function run(float $seconds): void
    {
        $start = now();
        $this->nextSmall = $start + 0.5;
        $this->nextLarge = $start + ($this->onlyKills ? INF : 1.0);
        while (now() < $start + $seconds) {
            // The next point of the schedule is a time, so this waits for a time.
            usleep((int) max(1000, 1e6 * (min($this->nextSmall, $this->nextLarge, $start + $seconds) - now())));
            if (now() >= $this->nextLarge) {
                $this->large();
            }
            if (now() >= $this->nextSmall) {
                $this->small();
                $this->nextSmall = now() + $this->dice->between(...$this->onlyKills ? self::SMALLEST : self::SMALL);
            }
        }
    }

    /** Ends what is under way. */
    public function heal(): void
    {
        while ($this->large?->valid()) {
            $this->large->next();
        }
        $this->over();
        $this->topology->heal();
    }

    private function over(): void
    {
        if ($this->large) {
            $this->log[array_key_last($this->log)][2] = now();
            $this->large = null;
        }
    }

    private function large(): void
    {
        if ($this->large) {
            $this->large->next();
        } else {
            $kinds = $this->topology->faults($this->dice) + [
                'web host killed' => fn () => $this->killPool(),
                'web host stopped' => fn () => $this->stopPool(),
                'packets blocked' => fn () => $this->block(),
            ] + ($this->pools[0]->space ? [
                'web host cut off' => fn () => $this->cutOff(),
                'web host vanished' => fn () => $this->vanish(),
            ] : []);
            $this->round = $this->round ?: $this->dice->shuffled(array_keys($kinds));
            $kind = array_pop($this->round);
            $this->count($kind);
            $this->log[] = [$kind, now(), INF];
            $this->large = $kinds[$kind]();
            $this->large->current();
        }
        if ($this->large->valid()) {
            $this->nextLarge = now() + $this->large->current();
        } else {
            $this->over();
            $this->nextLarge = now() + $this->dice->between(...self::LARGE);
        }
    }

    private function small(): void
    {
        $kinds = $this->onlyKills ? ['connection'] : ['worker', 'connection', 'connection', 'reset', 'cut', 'cut', 'cut'];
        switch ($this->dice->pick($kinds)) {
            case 'worker':
                $workers = $this->dice->pick($this->pools)->workers();
                if ($workers) {
                    posix_kill($this->dice->pick($workers), SIGKILL);
                    $this->count('PHP worker killed');
                }
                break;
            case 'connection':
                $this->count('connection killed', $this->topology->killConnections($this->dice, $this->dice->number(1, 4)));
                break;
            case 'reset':
                $most = $this->dice->number(1, 3);
                $this->count('connection reset', array_sum(array_map(fn ($link) => $this->network->reset($link, $most), $this->topology->links())));
                break;
            case 'cut':
                $where = $this->dice->pick(['before', 'race', 'answer', 'answer']);
                $count = $this->dice->number(1, 3);
                $reset = (bool) $this->dice->number(0, 1);
                foreach ($this->topology->links() as $link) {
                    $this->network->cut($link, $where, (bool) $this->dice->number(0, 2), $count, $reset);
                }
                $this->count(($where === 'answer' ? 'answer' : 'request') . ($reset ? ' reset' : ' cut off'), $count);
        }
    }

    private function killPool(): Generator
    {
        $pool = $this->dice->pick($this->pools);
        $pool->kill();
        yield $this->dice->between(0.1, 1.0);
        $pool->start();
    }

    /** Its workers stand still for so long that some lose their locks, and then go on as if nothing had happened. */
    private function stopPool(): Generator
    {
        $pool = $this->dice->pick($this->pools);
        $pool->signal(SIGSTOP);
        yield $this->dice->between(0.5, 1.5 * LOCK_TTL);
        $pool->signal(SIGCONT);
    }

    /** Nothing gets through to a web host, or to any, nor from it. */
    private function cutOff(): Generator
    {
        $pools = $this->dice->number(0, 2) ? [$this->dice->pick($this->pools)] : $this->pools;
        array_map(fn ($pool) => $pool->space->part(hosts: false), $pools);
        yield $this->dice->between(0.5, 1.5 * LOCK_TTL);
        array_map(fn ($pool) => $pool->space->join(hosts: false), $pools);
    }

    /** As when its power fails: no server hears that its connections are over. */
    private function vanish(): Generator
    {
        $pool = $this->dice->pick($this->pools);
        $pool->space->part(hosts: false);
        $pool->kill();
        $pool->space->replace();
        yield $this->dice->between(0.1, 1.0);
        $pool->space->join(hosts: false);
        $pool->start();
    }

    /** One web host loses one server, or all lose all. */
    private function block(): Generator
    {
        $all = $this->topology->links();
        $links = $this->dice->number(0, 1) ? $all : [$this->dice->pick($all)];
        array_map($this->network->block(...), $links);
        yield $this->dice->between(0.5, 5.0);
        array_map($this->network->unblock(...), $links);
    }

    private function count(string $kind, int $times = 1): void
    {
        if ($times > 0) {
            $this->count[$kind] = ($this->count[$kind] ?? 0) + $times;
        }
    }
}

/** Chance, the same again for the same seed. */
final class Dice
{
    public function __construct(int $seed)
    {
        mt_srand($seed);
    }

    public function number(int $min, int $max): int
    {
        return mt_rand($min, $max);
    }

    public function between(float $min, float $max): float
    {
        return $min + ($max - $min) * mt_rand() / mt_getrandmax();
    }

    public function pick(array $values): mixed
    {
        $values = array_values($values);
        return $values[mt_rand(0, count($values) - 1)];
    }

    public function shuffled(array $values): array
    {
        shuffle($values);
        return $values;
    }
}
