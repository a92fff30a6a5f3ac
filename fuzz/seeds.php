<?php
/*
 * Writes those seeds of `reply` and `driver` that are answers as servers give them. What the columns of a statement are says
 * src/store/sql.rs: when they change, this has to change, too.
 *
 *     php fuzz/seeds.php
 */

const MORE = 8; // SERVER_MORE_RESULTS_EXISTS
const UNSIGNED = 0x20;
const NUMBER = 8; // MYSQL_TYPE_LONGLONG
const BLOB = 252;

/** A part of an input, see src/lib.rs. */
function part(int $kind, string $content): string
{
    return chr(strlen($content) & 255) . chr($kind + 8 * (strlen($content) >> 8)) . $content;
}

/** A packet of this number. */
function numbered(int $number, string $content): string
{
    return part(3, substr(pack('V', strlen($content)), 0, 3) . chr($number) . $content);
}

function repeated(int $times): string
{
    return part(6, pack('n', $times));
}

/** One answer: what each statement of a packet has. Each is a list of packets, the last one given its status. */
function answer(array ...$results): string
{
    $parts = '';
    foreach ($results as $at => $packets) {
        $more = $at < count($results) - 1;
        foreach ($packets as $packet) {
            $content = is_string($packet) ? $packet : $packet($more ? MORE : 0);
            $parts .= part($parts === '' ? 1 : 5, $content);
        }
    }
    return $parts;
}

function done(int $affected = 0): array
{
    return [fn (int $status) => "\0" . chr($affected) . "\0" . pack('vv', $status | 2, 0)];
}

function refused(int $code, string $state, string $message): array
{
    return ["\xff" . pack('v', $code) . "#$state$message"];
}

function text(?string $value): string
{
    return match (true) {
        $value === null => "\xfb",
        strlen($value) < 251 => chr(strlen($value)) . $value,
        default => "\xfc" . pack('v', strlen($value)) . $value,
    };
}

function column(string $name, int $type = BLOB, int $flags = 0): string
{
    return text('def') . text('') . text('') . text('') . text($name) . text('') . "\x0c" . pack('vVCvCv', 63, 21, $type, $flags, 0, 0);
}

/** Rows of text. `$eof`: as servers have it that send EOF. */
function rows(array $names, array ...$rows): array
{
    $end = fn (int $status) => "\xfe\0\0" . pack('vv', $status | 2, 0);
    return [chr(count($names)), ...array_map('column', $names),
        ...array_map(fn (array $row) => implode('', array_map('text', $row)), $rows), $end];
}

const SESSION = ['version', 'expires', 'now', 'data', 'format', 'instance'];
const STORED = ['1234567890123456789', '4000000000', '1700000000', 'a|i:1;', '0', '3735928559'];
const NOTHING = [null, null, '1700000000', null, null, '3735928559'];
const LOCKED = [...SESSION, 'read_only'];
const ACQUIRED = [...LOCKED, 'granted', 'wsrep_on'];
const TABLE = "CREATE TABLE `php_sessions` (\n  `id` binary(16) NOT NULL,\n  `version` bigint(20) unsigned NOT NULL,\n  `expires` int(10) unsigned NOT NULL,\n"
    . "  `created` int(10) unsigned NOT NULL,\n  `used` int(10) unsigned NOT NULL,\n  `tag` binary(16) DEFAULT NULL,\n  `format` tinyint(3) unsigned NOT NULL,\n"
    . "  `data` longblob NOT NULL,\n  PRIMARY KEY (`id`),\n  KEY `expires` (`expires`)\n) ENGINE=InnoDB";

/** In front of the first statement of a connection to a server that this process does not know yet. */
function unknown_server(): array
{
    return [done(), rows(['limit', 'clustered', 'read_only', 'binlog'], ['16777216', '0', '0', '0']),
        rows(['Table', 'Create Table'], ['php_sessions', TABLE])];
}

$number = fn (?int $value) => rows(['value'], [$value === null ? null : (string) $value]);
$no_table = refused(1146, '42S02', "Table doesn't exist");
$deadlock = refused(1213, '40001', 'Deadlock found');
$collects = answer(done(), rows(['limit', 'clustered', 'read_only', 'binlog'], ['16777216', null, '0', '0']), $number(1)) . answer(done(), rows(['id', 'expires'], ['00112233445566778899AABBCCDDEEFF', '1700000000']))
    . answer(done(1), done()) . answer($number(1));

// The first byte of `reply`: how the login is (1: as it should be), 4: row locks, 8: reads without a lock first.
$reply = [];
foreach (['unknown' => unknown_server(), 'known' => [done()]] as $name => $before) {
    $reply["advisory_$name"] = "\1" . answer(...[...$before, rows(ACQUIRED, [...STORED, '0', '1', '0'])])
        . answer(done(1)) . answer(done(1)) . answer(done(1)) . $collects;
    $reply["advisory_absent_$name"] = "\1" . answer(...[...$before, rows(ACQUIRED, [...NOTHING, '0', '1', '0'])])
        . answer(done(0)) . answer(done(0)) . answer(rows(LOCKED)) . answer(done(1), $number(1)) . answer(done(1), $number(1)) . $collects;
    $reply["advisory_held_$name"] = "\1" . answer(...[...$before, rows(ACQUIRED, [...NOTHING, '0', '0', '0'])])
        . answer($number(7)) . answer(rows(['host', 'time'], ['localhost', '3'])) . answer(done(0)) . answer(done(0));
    $reply["row_$name"] = "\5" . answer(...[...$before, rows(LOCKED, [...STORED, '0'])])
        . answer(done(1), done()) . answer(done(1), done()) . answer(done(1), done()) . $collects;
    $reply["row_absent_$name"] = "\5" . answer(...[...$before, rows(LOCKED)]) . answer(done(1), rows(LOCKED, [...STORED, '0']))
        . answer(done(1), done()) . answer(done(1), done()) . answer(done(1), done());
    $reply["row_deadlock_$name"] = "\5" . answer(...[...$before, $deadlock]) . answer(done(), rows(LOCKED, [...STORED, '0'])) . answer(done(1), $deadlock);
    $reply["no_table_$name"] = "\1" . answer(...[...array_slice($before, 0, -1), $no_table]) . answer(done()) . answer(...[...$before, rows(ACQUIRED, [...STORED, '0', '1', '0'])]);
    $reply["peek_$name"] = "\x09" . answer(...[done(), rows(['limit', 'clustered', 'read_only', 'binlog'], ['16777216', '0', '0', '0']), ...array_slice($before, 2),
        rows(SESSION, STORED)]) . answer(done(), rows(ACQUIRED, [...STORED, '0', '1', '0'])) . answer(done(1));
}
$reply['tiny_packet_limit'] = "\1" . answer(done(), rows(['limit', 'clustered', 'read_only', 'binlog'], ['20', '0', '0', '0']),
    rows(['Table', 'Create Table'], ['php_sessions', TABLE]), rows(ACQUIRED, [...STORED, '0', '1', '0'])) . answer(done(1)) . answer(done(1));

$challenge = "abcdefgh\0";
$greeting = fn (string $plugin) => "\x0a9.7.4\0" . pack('V', 1) . $challenge . "\xff\xff\xff\2\0\xff\xdf\x15" . str_repeat("\0", 10) . "ijklmnopqrst\0$plugin\0";
$key = "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDnNXD//x28hyg/nOpzAgbjox4f\ng1BcYy7c97jluUPJHU+Za8sC0m0A3vRxrph5MwcKJPnRyyDTo6T21zkOEm7VheZE\n"
    . "3hjGfxrQ3CUVp+kSxkhWHePGnki32OF4LBdOjnkEKr8KlQZ69fRXMTL4avtYdC99\n/Vwx/zeSWjEHfC0DaQIDAQAB\n-----END PUBLIC KEY-----\n";
$accepted = "\0\0\0\2\0\0\0";
$logins = [
    'native' => part(5, $greeting('mysql_native_password')) . numbered(2, $accepted),
    'sha2_fast' => part(5, $greeting('caching_sha2_password')) . numbered(2, "\1\3") . numbered(3, $accepted),
    'sha2_full' => part(5, $greeting('caching_sha2_password')) . numbered(2, "\1\4") . numbered(4, $accepted),
    'sha2_key' => part(5, $greeting('caching_sha2_password')) . numbered(2, "\1\4") . numbered(4, "\1$key") . numbered(6, $accepted),
    'switch' => part(5, $greeting('caching_sha2_password')) . numbered(2, "\xfemysql_native_password\0abcdefghijklmnopqrst\0") . numbered(4, $accepted),
    'ed25519' => part(5, $greeting('mysql_native_password')) . numbered(2, "\xfeclient_ed25519\0" . str_repeat('k', 32)) . numbered(4, $accepted),
    'parsec' => part(5, $greeting('mysql_native_password')) . numbered(2, "\xfeparsec\0" . str_repeat('k', 32)) . numbered(4, "P\0" . str_repeat('s', 18)) . numbered(6, $accepted),
    'clear' => part(5, $greeting('mysql_native_password')) . numbered(2, "\xfemysql_clear_password\0") . numbered(4, $accepted),
    'old' => part(5, $greeting('mysql_native_password')) . numbered(2, "\xfe"),
    'refused' => part(5, $greeting('mysql_native_password')) . numbered(2, "\xff" . pack('v', 1045) . '#28000Access denied'),
];
foreach ($logins as $name => $login) {
    $reply["login_$name"] = "\0" . $login;
}

/** The answer to COM_STMT_PREPARE, and to an execution of it. */
function prepared(array $names): string
{
    $columns = array_map(fn (string $name) => column($name, $name === 'data' ? BLOB : NUMBER, UNSIGNED), $names);
    return answer(["\0" . pack('VvvCv', 1, count($names), 1, 0, 0), column('?'), ...$columns]);
}

function executed(array $names, bool $with_columns): array
{
    $columns = array_map(fn (string $name) => column($name, $name === 'data' ? BLOB : NUMBER, UNSIGNED), $names);
    $values = array_map(fn (string $name) => $name === 'data' ? text('a|i:1;') : pack('P', 1234567890), $names);
    $end = fn (int $status) => "\xfe\0\0" . pack('vv', $status | 2, 0);
    return [chr(count($names)) . ($with_columns ? '' : "\0"), ...($with_columns ? $columns : []), "\0" . str_repeat("\0", count($names) + 9 >> 3) . implode('', $values), $end];
}

// The first byte of `driver`: 1: the login is in the input, 2: Unix, 4: pipelined, 8: hangs up, 16: no EOF, 32: columns are sent once,
// 64: a clear password is allowed, 128: a key is pinned.
// The second one: four commands of two bits: query, prepare and execute, ping, send.
$driver = [];
foreach ($logins as $name => $login) {
    $driver["login_$name"] = "\x11\0" . $login . answer(done(), $number(1));
    $driver["login_unix_$name"] = "\x53\0" . $login . answer(done(), $number(1));
    $driver["login_pinned_$name"] = "\xd1\0" . $login . answer(done(), $number(1));
}
$commands = answer(done(), rows(ACQUIRED, [...STORED, '0', '1', '0']), done(3)) . prepared(SESSION) . answer(executed(SESSION, true))
    . answer(executed(SESSION, true)) . answer(done()) . answer(done());
$cached = prepared(SESSION) . answer(executed(SESSION, false)) . answer(executed(SESSION, false));
$driver['commands'] = "\x10\xe4" . $commands;
$driver['commands_pipelined'] = "\x14\xe4" . $commands;
$driver['cached'] = "\x30\x01" . $cached;
$driver['refused'] = "\x10\0" . answer(done(), $no_table) . answer($deadlock);
// A server that sends EOF.
$eof = fn (int $status) => "\xfe" . pack('vv', 0, $status | 2);
$driver['eof'] = "\0\0" . answer([chr(1), column('value'), "\xfe\0\0\2\0", text('7'), $eof]);
$driver['many_rows'] = "\x18\0" . part(1, chr(1)) . part(5, column('value')) . part(5, text('7')) . repeated(30000);
$driver['many_empty_rows'] = "\x18\0" . part(1, chr(64)) . part(5, column('value')) . repeated(63) . part(5, str_repeat("\xfb", 64)) . repeated(3000);
$driver['many_results'] = "\x18\0" . part(1, "\0\0\0\x0a\0\0\0") . repeated(30000);
$driver['many_parameters'] = "\x18\1" . part(1, "\0" . pack('VvvCv', 1, 65535, 65535, 0, 0)) . part(5, column('?')) . repeated(10000);

foreach (['reply' => $reply, 'driver' => $driver] as $target => $seeds) {
    $folder = __DIR__ . "/seeds/$target";
    @mkdir($folder);
    array_map(unlink(...), glob("$folder/*"));
    foreach ($seeds as $name => $seed) {
        file_put_contents("$folder/$name", $seed);
    }
}
