<?php
/*
 * What merging has to give, worked out with PHP's own arrays: no serialized data is taken apart here. The rules are those of the table
 * in src/merge/mod.rs.
 */

/** Nothing is merged. The message is the key's name. */
final class Refused extends Exception
{
    public function __construct(public readonly string $what, string $key = '')
    {
        parent::__construct($key);
    }
}

final class Oracle
{
    /** @var list<string> The keys whose stored value stayed. */
    public array $stayed = [];
    public int $conflicts = 0;

    public function __construct(private int $depth, private bool $stored, private int $now)
    {
    }

    public function merge(array $base, array $ours, array $theirs): array
    {
        if (self::same($ours, $base) || self::same($ours, $theirs)) {
            return $theirs;
        }
        if (self::same($theirs, $base) || !$ours) {
            return $ours;
        }
        if (!$theirs) {
            throw new Refused('cleared');
        }
        foreach ([$base, $ours, $theirs] as $session) {
            if (self::isList($session) || isset(self::shared($session)['own format'])) {
                throw new Refused('unsplit');
            }
        }
        return $this->keys([$base, $ours, $theirs], 1, '$_SESSION');
    }

    private function keys(array $sides, int $level, string $path): array
    {
        $unitOf = self::units($sides);
        $done = $result = [];
        foreach ($sides[2] + $sides[1] as $key => $_) {
            if (!isset($done[$unitOf[$key]])) {
                $done[$unitOf[$key]] = true;
                $keys = array_keys($unitOf, $unitOf[$key], true);
                $chosen = $this->unit(array_map(fn ($side) => self::only($side, $keys), $sides), $level, $path);
                foreach ($chosen as $name => $_) {
                    self::put($result, $chosen, $name);
                }
            }
        }
        return $result;
    }

    /** @param array{array, array, array} $sides The keys of one unit, with their values, in each. */
    private function unit(array $sides, int $level, string $path): array
    {
        [$base, $ours, $theirs] = $sides;
        if (self::same($ours, $base) || self::same($ours, $theirs)) {
            return $theirs;
        }
        if (self::same($theirs, $base)) {
            return $ours;
        }
        if (!$ours || !$theirs) {
            return [];
        }
        $key = array_key_first($theirs);
        $path .= is_int($key) ? "[$key]" : "['" . self::shown($key) . "']";
        $isOne = count($base + $ours + $theirs) === 1;
        if ($isOne && $level < $this->depth && array_filter($sides, self::isMap(...)) === $sides) {
            $inner = array_map(fn ($side) => $side ? $side[$key] : [], $sides);
            return [$key => $this->keys($inner, $level + 1, $path)];
        }
        [$was, $our, $their] = array_map(fn ($side) => $side ? reset($side) : 0, $sides);
        if ($isOne && (is_int($was) || is_float($was)) && $this->isTime($our) && $this->isTime($their)) {
            return [$key => $our > $their ? $our : $their];
        }
        if (!$this->stored) {
            throw new Refused('conflict', $path);
        }
        if ($this->conflicts++ < 8) {
            $this->stayed[] = $path;
        }
        return $theirs;
    }

    private function isTime(mixed $value): bool
    {
        return (is_int($value) || is_float($value)) && $value >= $this->now - 3600 && $value <= $this->now + 60;
    }

    /** Whether a unit is absent or a map, of which nothing is shared with the variable that it is in. */
    private static function isMap(array $side): bool
    {
        foreach ($side as $key => $value) {
            $own = ReflectionReference::fromArrayElement($side, $key)?->getId();
            return is_array($value) && !self::isList($value) && !($own && isset(self::shared($value)["R$own"]));
        }
        return true;
    }

    private static function isList(array $array): bool
    {
        return $array && array_is_list($array);
    }

    /** For each key the number of its unit: keys that share an object or a variable on one of the sides have the same. */
    private static function units(array $sides): array
    {
        $unitOf = [];
        foreach ($sides[0] + $sides[1] + $sides[2] as $key => $_) {
            $unitOf[$key] = count($unitOf);
        }
        foreach ($sides as $side) {
            $first = [];
            foreach ($side as $key => $_) {
                $found = [];
                self::identities($side, $key, $found);
                foreach ($found as $identity => $_) {
                    $first[$identity] ??= $key;
                    $from = $unitOf[$key];
                    $to = $unitOf[$first[$identity]];
                    foreach ($from === $to ? [] : array_keys($unitOf, $from, true) as $moved) {
                        $unitOf[$moved] = $to;
                    }
                }
            }
        }
        return $unitOf;
    }

    /** All objects and shared variables in an array. */
    private static function shared(array $array): array
    {
        $found = [];
        foreach ($array as $key => $_) {
            self::identities($array, $key, $found);
        }
        return $found;
    }

    private static function identities(array $holder, int|string $key, array &$found): void
    {
        $reference = ReflectionReference::fromArrayElement($holder, $key);
        if ($reference) {
            $identity = 'R' . $reference->getId();
            if (isset($found[$identity])) {
                return;
            }
            $found[$identity] = true;
        }
        $value = $holder[$key];
        if (is_object($value)) {
            $identity = 'o' . spl_object_id($value);
            if ($value instanceof UnitEnum || isset($found[$identity])) {
                return;
            }
            $found[$identity] = true;
            if ($value instanceof Serializable && !method_exists($value, '__serialize')) {
                $found['own format'] = true;
            }
            $value = method_exists($value, '__serialize') ? $value->__serialize() : (array) $value;
        }
        if (is_array($value)) {
            foreach ($value as $key => $_) {
                self::identities($value, $key, $found);
            }
        }
    }

    private static function same(array $one, array $other): bool
    {
        return serialize($one) === serialize($other);
    }

    /** Some keys of an array, in its order. What was shared still is. */
    private static function only(array $array, array $keys): array
    {
        $only = [];
        foreach ($array as $key => $_) {
            if (in_array($key, $keys, true)) {
                self::put($only, $array, $key);
            }
        }
        return $only;
    }

    private static function put(array &$result, array $from, int|string $key): void
    {
        if (ReflectionReference::fromArrayElement($from, $key)) {
            $result[$key] = &$from[$key];
        } else {
            $result[$key] = $from[$key];
        }
    }

    private static function shown(string $key): string
    {
        $shown = '';
        foreach ($key === '' ? [] : str_split(substr($key, 0, 40)) as $byte) {
            $shown .= match (true) {
                $byte === "\n" => '\n',
                $byte === "\r" => '\r',
                $byte === "\t" => '\t',
                str_contains('\'"\\', $byte) => "\\$byte",
                $byte < ' ' || $byte > '~' => sprintf('\x%02x', ord($byte)),
                default => $byte,
            };
        }
        return strlen($key) > 40 ? "$shown..." : $shown;
    }
}
