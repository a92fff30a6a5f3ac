<?php
/*
 * What became of every request, as a file of JSON lines: the client writes it, the checker reads it.
 *
 * | outcome | the counter |
 * |---|---|
 * | `acknowledged` | session_write_close() without a warning, and the answer arrived: it has to be there |
 * | `refused` | session_start() gave false, with a reason: it must not be there |
 * | `warned` | session_write_close() warned: the data may have arrived (an answer may be lost after a commit) |
 * | `unknown` | no answer: the worker died |
 * | `unreached` | the web host was down: it cannot be there |
 */

final class Record
{
    /** Warnings by what they say, for the table; the numbers of the server's errors are added. */
    private const REASONS = [
        'locked by another request' => 'lock timeout',
        'did not grant the lock' => 'lock denied',
        'written newer data' => 'newer data',
        'has destroyed it' => 'destroyed',
        ', too, since it was read' => 'conflict',
        'no host can be used' => 'no host',
        'cannot connect' => 'no host',
        'refuses the login' => 'login',
        'takes no writes' => 'read-only',
        'was lost' => 'connection lost',
        'rolled the statement back' => 'rolled back',
        'answered with an error' => 'server error',
    ];

    private function __construct(private $file)
    {
    }

    public static function create(string $file): self
    {
        return new self(fopen($file, 'w'));
    }

    /** Milliseconds of one clock; `$answer` as the page gave it. Gives the outcome. */
    public function add(string $id, float $start, float $end, ?array $answer, bool $unreached = false, bool $hung = false, string $text = '', string $does = '', string $key = ''): string
    {
        [$outcome, $warnings] = match (true) {
            $unreached => ['unreached', []],
            $hung => ['unknown', ['no answer for a minute']],
            $answer === null => ['unknown', $text === '' ? [] : [$text]],
            !$answer['opened'] => ['refused', $answer['at_start']],
            (bool) $answer['at_write'] => ['warned', $answer['at_write']],
            default => ['acknowledged', $answer['at_start']],
        };
        fwrite($this->file, json_encode([
            'id' => $id, 'start' => round($start, 3), 'end' => round($end, 3), 'outcome' => $outcome,
            'read' => $answer['read'] ?? null, 'n' => $answer['n'] ?? null, 'warnings' => $warnings, 'does' => $does, 'key' => $key,
            'first' => $answer['first'] ?? null, 'new' => $answer['new'] ?? null,
        ], JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
        return $outcome;
    }

    /** @return list<array> */
    public static function read(string $file): array
    {
        return array_map(fn ($line) => json_decode($line, true, 8, JSON_THROW_ON_ERROR), file($file));
    }

    /** A few words for what the warnings say; core's own says nothing of the cause. */
    public static function reason(array $warnings): string
    {
        $text = implode(' ', $warnings);
        foreach (self::REASONS as $words => $reason) {
            if (str_contains($text, $words)) {
                return $reason . (preg_match('/error (\d+)/', $text, $match) ? " $match[1]" : '');
            }
        }
        return $warnings ? substr($warnings[0], 0, 60) : 'worker died';
    }
}
