<?php
/*
 * How rustsql differs from files on purpose. Whatever else differs is a bug of either.
 */

/** What is the same in other words, on both sides. */
const NEUTRAL = [
    '~\b(?:files|rustsql|user) \(path: [^)]*\)~' => 'HANDLER (path)',
    '~\(session\.save_path: [^,]*, ~' => '(session.save_path: PATH, ',
    '~^\\0?(returned: )"(?:files|rustsql)"$~m' => '$1"HANDLER"',
    '~the session id from the visitor[^)]*\) has~' => 'the session id has',
    '~(warning: )\d+ (\S+: (?:Session ID is too long|rustsql: the session id has))~' => '$1$2',
    '~(?:Session ID is too long|rustsql: the session id has) .*~' => 'the id is refused',
    // The beginning of a random id, in a stack trace.
    "~'[^']{15}\.\.\.'~" => "'...'",
    // Moments.
    '~\w{3}, \d\d[- ]\w{3}[- ]\d{4} \d\d:\d\d:\d\d GMT~' => 'DATE',
];

/**
 * What keeps PHP from writing a session: it is closed before, or its handler is, an exception comes before, the wrapper does not
 * store what is empty, or $_SESSION is no array any more.
 */
const UNWRITTEN = '~abort|read_and_close|->close\(\)|Throwing|Grumpy|fn \(\) => 1$|ErrorException|new Strict'
    . '|\$_SESSION = (?:new|null|"|\$copy)|unset\(\$(?:_SESSION\)|GLOBALS)~m';

/**
 * Which known difference it is that begins with these lines, or null. A script is not compared any further then.
 *
 * @param string[] $before what both had in this request before
 * @param string[] $files what only files had, and what came then
 * @param string[] $rustsql likewise
 */
function known(array $before, array $files, array $rustsql, string $script): ?string
{
    $says = fn (array $who, array $other, string $what): bool => (bool) preg_grep($what, array_diff($who, $other));
    return match (true) {
        $says($rustsql, $files, '~PHP could not encode it~')
            => 'PHP writes nothing, or a part, over a session that it cannot encode; rustsql refuses that',
        $says($rustsql, $files, '~PHP could not decode the stored data~')
            => 'PHP destroys stored data that it cannot decode; rustsql keeps it',
        $says($before, [], '~session_decode\(\): Failed to decode~')
            // An exception of the handler, which is closed then, takes the place of that warning.
            || preg_match('~^> session_decode\(.*\nthrown: Exception: close~m', implode("\n", $before))
            => 'PHP destroys the stored session when session_decode() is given bad data; rustsql keeps it',
        preg_match('~\\\\0b|%00~', $script) && preg_match('~the id is refused|<id ~', $rustsql[0] ?? '')
            => 'files takes an id with a NUL for what stands before it; rustsql refuses it',
        $says($rustsql, $files, '~SessionHandler::destroy\(\): the id is refused~')
            || $says($before, [], '~the id is refused~') && str_contains($rustsql[0] ?? '', 'Session object destruction failed')
            => 'files lets a wrapper destroy the session of an id that PHP does not allow; rustsql refuses that too',
        $says($before, [], '~the id is refused~') && str_contains($files[0] ?? '', 'the id is refused')
            => 'files warns at each call with an id that PHP does not allow; rustsql once, so that no cookie fills the log',
        $says($files, $rustsql, '~File name too long~')
            => 'files takes ids of up to 250 characters, rustsql all that PHP takes, 256',
        str_contains($rustsql[0] ?? '', '<id ') && str_contains($script, 'use_strict_mode') && preg_match(UNWRITTEN, $script)
            => 'files makes its file when a session is opened, rustsql its row when one is written: strict mode knows no other',
        end($before) === '> session_gc()' && preg_match('~^returned: int [1-9]~', $files[0] ?? '') && preg_match('~SessionHandler\)->read\(~', $script)
            => 'files makes its file when a session is opened, rustsql its row when one is written: there are more to collect',
        default => null,
    };
}
