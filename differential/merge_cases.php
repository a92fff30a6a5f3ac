<?php
/*
 * Random sessions that two requests change. The same seed is the same case.
 */

enum Suit: string
{
    case Hearts = 'h';
    case Spades = 's';
}

enum State
{
    case On;
    case Off;
}

class Plain
{
    public mixed $first = 1;
    protected mixed $second = null;
    private mixed $third = ['x' => 1];

    public function put(mixed $value): void
    {
        $this->second = $value;
    }
}

class Sleeper
{
    public mixed $first = null;
    private mixed $kept = 1;
    private mixed $dropped = 2;

    public function __sleep(): array
    {
        return ['kept', 'first'];
    }
}

class Modern
{
    public mixed $first = null;
    private array $items = [5 => 'x', 'y' => State::On];

    public function __serialize(): array
    {
        return ['items' => $this->items, 7 => &$this->first];
    }

    public function __unserialize(array $data): void
    {
        $this->items = $data['items'];
        $this->first = &$data[7];
    }
}

/** Its format is its own (`C:`), which PHP finds outdated. */
#[AllowDynamicProperties]
class Old implements Serializable
{
    public mixed $first = 1;

    public function serialize(): string
    {
        return serialize($this->first);
    }

    public function unserialize(string $data): void
    {
        $this->first = unserialize($data);
    }
}

final class MergeCases
{
    private const KEYS = ['a', 'a', 'b', 'b', 'c', 'user', 'cart', '_sf2_meta', '', "k\"';", "\xc3\xa9\n", 5, -3, 0, 'last'];
    private const INNER = ['x', 'x', 'y', 'z', 'u', '', 0, 1, 2, 17, -1, '0x', "q\0'"];
    public const NOW = 1_800_000_000;

    /** @return array{format: string, depth: int, stored: bool, base: ?array} */
    public static function case(int $seed, string $format): array
    {
        mt_srand($seed);
        return [
            'format' => $format,
            'depth' => self::one([1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 255]),
            'stored' => self::chance(40),
            'base' => self::chance(12) ? null : self::session(),
        ];
    }

    public static function change(array &$session): void
    {
        if (self::chance(12)) {
            return;
        }
        for ($left = mt_rand(1, 5); $left > 0; $left--) {
            self::edit($session);
        }
    }

    private static function session(): array
    {
        $session = [];
        for ($left = mt_rand(0, 8); $left > 0; $left--) {
            self::edit($session);
        }
        return $session;
    }

    private static function edit(array &$session): void
    {
        switch (mt_rand(0, 19)) {
            case 0:
                $session = self::chance(70) ? $session : [];
                break;
            case 1:
            case 2:
                // What two keys share.
                $one = &self::place($session);
                $other = &self::place($session);
                if (!is_array($one) && !is_array($other) || self::chance(30)) {
                    self::share($session, $one);
                }
                break;
            case 3:
                $object = self::object();
                $one = &self::place($session);
                $one = $object;
                unset($one);
                $other = &self::place($session);
                $other = $object;
                break;
            case 4:
            case 5:
                unset($session[self::existing($session)]);
                break;
            case 6:
            case 7:
                $key = self::existing($session);
                if (is_array($session[$key] ?? null)) {
                    unset($session[$key][self::existing($session[$key])]);
                }
                break;
            case 8:
                $key = self::existing($session);
                if (is_array($session[$key] ?? null)) {
                    $session[$key][] = self::scalar();
                }
                break;
            case 9:
                $key = self::existing($session);
                if (array_key_exists($key, $session)) {
                    $value = $session[$key];
                    unset($session[$key]);
                    $session[$key] = $value;
                }
                break;
            case 10:
                $time = &self::place($session);
                $time = self::NOW + self::one([-3601, -3600, -60, -3, -2, -1, 0, 1, 60, 61]) + self::one([0, 0, 0.5]);
                break;
            default:
                $place = &self::place($session);
                if (is_object($place) && property_exists($place, 'first') && !$place instanceof UnitEnum && self::chance(50)) {
                    $place->first = self::value(2);
                } else {
                    $place = self::value(0);
                }
        }
    }

    private static function share(array &$session, mixed &$one): void
    {
        if (self::chance(70)) {
            $session[self::one(self::KEYS)] = &$one;
            return;
        }
        $key = self::existing($session);
        if (is_array($session[$key] ?? null)) {
            $session[$key][self::one(self::INNER)] = &$one;
        }
    }

    /** Somewhere in the session. */
    private static function &place(array &$session): mixed
    {
        $place = &$session[self::chance(60) ? self::existing($session) : self::one(self::KEYS)];
        while (is_array($place) && self::chance(60)) {
            $place = &$place[self::chance(60) ? self::existing($place) : self::one(self::INNER)];
        }
        return $place;
    }

    private static function existing(array $array): int|string
    {
        return $array ? array_keys($array)[mt_rand(0, count($array) - 1)] : self::one(self::INNER);
    }

    private static function value(int $level): mixed
    {
        return match (mt_rand(0, $level > 3 ? 5 : 11)) {
            0, 1, 2, 3, 4 => self::scalar(),
            5 => self::one([Suit::Hearts, Suit::Hearts, Suit::Spades, State::On]),
            6 => self::object(),
            7 => array_map(fn () => self::value($level + 2), range(1, mt_rand(1, 3))),
            8 => [],
            default => self::map($level),
        };
    }

    private static function map(int $level): array
    {
        $map = [];
        for ($left = mt_rand(0, 4); $left > 0; $left--) {
            $map[self::one(self::INNER)] = self::value($level + 1);
        }
        return $map;
    }

    private static function object(): object
    {
        $object = match (mt_rand(0, 19)) {
            0, 1, 2, 3 => new Plain,
            4, 5, 6 => new Modern,
            7, 8, 9 => new Sleeper,
            10 => new ArrayObject(self::map(2)),
            11 => new DateTimeImmutable('2001-02-03 04:05 UTC'),
            12 => self::chance(30) ? new Old : new Plain,
            default => (object) self::map(2),
        };
        if (property_exists($object, 'first') && self::chance(40)) {
            $object->first = self::one([self::scalar(), $object, Suit::Hearts, new stdClass]);
        }
        return $object;
    }

    private static function scalar(): mixed
    {
        return self::one([
            0, 1, 2, 3, -1, PHP_INT_MAX, PHP_INT_MIN, 1.5, -0.0, NAN, INF, 1e25, true, false, null, '', 'text', 'a|i:1;', '";}', "\0\xff",
            'R:1;', self::NOW, self::NOW - 5,
        ]);
    }

    private static function one(array $from): mixed
    {
        return $from[mt_rand(0, count($from) - 1)];
    }

    private static function chance(int $percent): bool
    {
        return mt_rand(1, 100) <= $percent;
    }
}
