<?php
/* Sessions that cannot start, and their warnings. */

require_once __DIR__ . '/table.php';

/**
 * Checks that session_start() with a wrong DSN returns false and prints one warning of ours with all `$parts`, and that the
 * same process can then start a session with a good DSN. It tries both lock modes, strict or not. Returns the last warning.
 */
function cannot_start(string $what, string $dsn, array $parts, Table $working): string
{
    $warning = '';
    foreach (['advisory', 'row'] as $lock) {
        foreach (['0', '1'] as $strict) {
            $case = "$what, $lock, strict mode $strict";
            ini_set('session.use_strict_mode', $strict);
            ini_set('rustsql.lock', $lock);
            session_save_path($dsn);
            session_id('abc');
            same(false, session_start(), $case);
            same(PHP_SESSION_NONE, session_status(), "$case: session_status()");
            $messages = warnings();
            $warning = one_warning($parts, $messages, $case);
            same(2, count($messages), "$case: warnings, PHP's own with it");
            check(!str_contains($warning, 'secret') && !str_contains($warning, 'mysql://'), "$case: nothing secret", $warning);
            same(0, count(RustSql\status()), "$case: status()");
        }
    }
    ini_restore('rustsql.lock');
    ini_set('session.use_strict_mode', '0');
    $_SESSION = [];
    same($what, $working->request('abc', fn () => $_SESSION['what'] = $what), "$what: afterwards");
    same($what, $working->request('abc')['what'] ?? null, "$what: read afterwards");
    same([], warnings(), "$what: warnings afterwards");
    return $warning;
}
