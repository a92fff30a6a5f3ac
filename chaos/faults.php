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

    /** @var array<string, int> how many of each kind there were */
    public array $count = [];
    private ?Generator $large = null;
    private float $nextSmall;
    private float $nextLarge;
    /** @var list<string> kinds of large faults that are still to come in this round: each comes before one comes twice. */
    private array $round = [];

    public function __construct(private readonly Topology $topology, private readonly Network $network,
        /** @var list<Pool> */ private readonly array $pools, private readonly Dice $dice)
    {
    }

    public function run(float $seconds): void
    {
        $start = now();
        $this->nextSmall = $start + 0.5;
        $this->nextLarge = $start + 1.0;
        while (now() < $start + $seconds) {
            // The next point of the schedule is a time, so this waits for a time.
            usleep((int) max(1000, 1e6 * (min($this->nextSmall, $this->nextLarge, $start + $seconds) - now())));
            if (now() >= $this->nextLarge) {
                $this->large();
            }
            if (now() >= $this->nextSmall) {
                $this->small();
                $this->nextSmall = now() + $this->dice->between(...self::SMALL);
            }
        }
    }

    /** Ends what is under way. */
    public function heal(): void
    {
        while ($this->large?->valid()) {
            $this->large->next();
        }
        $this->large = null;
        $this->topology->heal();
    }

    private function large(): void
    {
        if ($this->large) {
            $this->large->next();
        } else {
            $kinds = $this->topology->faults($this->dice) + [
                'web host killed' => fn () => $this->killPool(),
                'packets blocked' => fn () => $this->block(),
            ];
            $this->round = $this->round ?: $this->dice->shuffled(array_keys($kinds));
            $kind = array_pop($this->round);
            $this->count($kind);
            $this->large = $kinds[$kind]();
            $this->large->current();
        }
        if ($this->large->valid()) {
            $this->nextLarge = now() + $this->large->current();
        } else {
            $this->large = null;
            $this->nextLarge = now() + $this->dice->between(...self::LARGE);
        }
    }

    private function small(): void
    {
        switch ($this->dice->pick(['worker', 'connection', 'connection', 'cut', 'cut', 'cut'])) {
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
            case 'cut':
                $where = $this->dice->pick(['before', 'race', 'answer', 'answer']);
                $count = $this->dice->number(1, 3);
                foreach ($this->topology->links() as $link) {
                    $this->network->cut($link, $where, (bool) $this->dice->number(0, 2), $count);
                }
                $this->count($where === 'answer' ? 'answer cut off' : 'connection cut', $count);
        }
    }

    private function killPool(): Generator
    {
        $pool = $this->dice->pick($this->pools);
        $pool->kill();
        yield $this->dice->between(0.1, 1.0);
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
