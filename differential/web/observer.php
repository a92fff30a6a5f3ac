<?php
/*
 * Writes down what a script sees: a line of JSON for each observation, at once, into the file that the request names. Not to
 * the output: that would send the headers.
 */

final class Observer
{
    /** @var resource */
    private static $log;
    private static string $session = '';

    public static function begin(): void
    {
        self::$log = fopen($_SERVER['LOG'], 'w');
        set_error_handler(function (int $level, string $message): bool {
            self::say('warning', "$level $message");
            return true;
        });
        register_shutdown_function(function (): void {
            self::say('step', 'the end of the script');
            self::look();
        });
    }

    /** @return string[] */
    public static function steps(): array
    {
        return json_decode($_SERVER['STEPS'], true, 4, JSON_THROW_ON_ERROR);
    }

    /** `$ids`: what may be a session id in it. */
    public static function say(string $what, string $text, string ...$ids): void
    {
        fwrite(self::$log, json_encode([$what, $text, $ids], JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
    }

    public static function result(mixed $value): void
    {
        self::say('returned', self::dump($value), ...(is_string($value) ? [$value] : []));
    }

    /** The session as it is now, if it is not as it was. */
    public static function look(): void
    {
        $id = (string) session_id();
        $session = sprintf('status %d, %s=%s, $_SESSION %s', session_status(), session_name(), self::dump($id),
            isset($GLOBALS['_SESSION']) ? 'is ' . self::dump($_SESSION) : 'is not set');
        if ($session !== self::$session) {
            self::say('session', self::$session = $session, $id);
        }
    }

    /** Waits beside another request until the harness opens the gate. */
    public static function gate(): void
    {
        self::say('session', 'at the gate');
        flock(fopen($_SERVER['GATE'], 'r'), LOCK_SH);
    }

    public static function dump(mixed $value, int $depth = 0): string
    {
        if (is_string($value)) {
            return strlen($value) > 400
                ? strlen($value) . ' bytes, ' . md5($value)
                : '"' . addcslashes($value, "\0..\37\177..\377\"\\") . '"';
        }
        if ($depth > 5) {
            return '...';
        }
        if (is_array($value) || is_object($value)) {
            $parts = [];
            foreach ((array) $value as $key => $part) {
                $parts[] = self::dump($key) . ' => ' . self::dump($part, $depth + 1);
            }
            return (is_object($value) ? get_class($value) : '') . '[' . implode(', ', $parts) . ']';
        }
        return is_float($value) ? var_export($value, true) : get_debug_type($value) . ' ' . json_encode($value);
    }
}
