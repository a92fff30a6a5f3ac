<?php
/*
 * Runs a script on both handlers, finds the first difference, and looks whether it is a known one.
 */

final class Comparison
{
    /** How many lines before the difference are shown. */
    private const CONTEXT = 6;

    public function __construct(private readonly Host $files, private readonly Host $rustsql)
    {
    }

    /**
     * @param list<array> $script
     * @return array{known: ?string, text: string}|null
     */
    public function difference(array $script): ?array
    {
        $source = implode("\n", array_merge(array_column($script, 'cookie'), ...array_column($script, 'steps')));
        $this->files->empty($source);
        $this->rustsql->empty($source);
        for ($number = 0; $number < count($script); $number++) {
            $requests = [$script[$number]];
            if ($script[$number + 1]['beside'] ?? false) {
                $requests[] = $script[++$number];
            }
            $files = $this->files->run($requests);
            $rustsql = $this->rustsql->run($requests);
            $stored = $this->withoutUnwritten($this->files->stored(), $this->rustsql->stored(), $source);
            foreach ($stored[0] + $stored[1] as $id => $data) {
                $files[] = "stored as $id: " . self::shown($stored[0][$id] ?? null);
                $rustsql[] = "stored as $id: " . self::shown($stored[1][$id] ?? null);
            }
            if ($files !== $rustsql) {
                for ($at = 0; ($files[$at] ?? null) === ($rustsql[$at] ?? null); $at++);
                return [
                    'known' => known(array_slice($files, 0, $at), array_slice($files, $at), array_slice($rustsql, $at), $source),
                    'text' => "request $number\n" . self::text($files, $rustsql, $at),
                ];
            }
        }
        return null;
    }

    /** As short a script with a difference as can be found in a minute. Takes away what is not needed for one. */
    public function minimise(array $script): array
    {
        $end = hrtime(true) + 60e9;
        $still = function (array $script) use ($end): bool {
            if (hrtime(true) > $end) {
                return false;
            }
            $difference = $this->difference($script);
            return $difference && $difference['known'] === null;
        };
        do {
            $before = $script;
            for ($number = count($script) - 1; $number >= 0; $number--) {
                $less = $script;
                array_splice($less, $number, 1);
                if (isset($less[$number])) {
                    $less[$number]['beside'] = false;
                }
                if ($less && $still($less)) {
                    $script = $less;
                    continue;
                }
                // What comes much later has to be the collection: `files` finds what has expired until then.
                for ($step = $script[$number]['age'] ? -1 : count($script[$number]['steps']) - 1; $step >= 0; $step--) {
                    $less = $script;
                    array_splice($less[$number]['steps'], $step, 1);
                    if ($still($less)) {
                        $script = $less;
                    }
                }
            }
        } while ($script !== $before);
        return $script;
    }

    /** `files` makes its file when a session is opened, rustsql its row when one is written: not a difference yet. */
    private function withoutUnwritten(array $files, array $rustsql, string $script): array
    {
        foreach (preg_match(UNWRITTEN, $script) ? $files : [] as $id => $data) {
            if ($data === '' && !isset($rustsql[$id])) {
                $this->files->remove($id);
                unset($files[$id]);
            }
        }
        return [$files, $rustsql];
    }

    private static function text(array $files, array $rustsql, int $at): string
    {
        $from = max(0, $at - self::CONTEXT);
        $text = '';
        foreach (array_slice($files, $from, $at - $from) as $line) {
            $text .= "            $line\n";
        }
        foreach (['files' => $files, 'rustsql' => $rustsql] as $name => $lines) {
            foreach (array_slice($lines, $at, 4) as $line) {
                $text .= sprintf("    %-8s%s\n", $name, $line);
            }
        }
        return $text;
    }

    private static function shown(?string $data): string
    {
        return match (true) {
            $data === null => 'nothing',
            strlen($data) > 300 => strlen($data) . ' bytes, ' . md5($data),
            default => addcslashes($data, "\0..\37\177..\377\\"),
        };
    }
}
