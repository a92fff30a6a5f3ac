<?php
/*
 * Sessions in the test's own process, one after the other as in requests, and their rows.
 *
 *     foreach (each_lock() as $lock => $table) {
 *         $table->request('abc', fn () => $_SESSION['n'] = 1);
 *         same('n|i:1;', $table->row('abc')['data'], "$lock: stored");
 *     }
 *     same([], warnings(), 'warnings');
 *     echo "done\n";
 *
 * Warnings are collected for the test. Output is buffered until the end, since PHP cannot start a session after output.
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

ob_start();
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('session.gc_probability', '0');
set_error_handler(function (int $level, string $message): bool {
    if (error_reporting() & $level) {
        warnings($message);
    }
    return true;
});

/** Returns the warnings since the last call. With an argument it adds one. */
function warnings(?string $one = null): array
{
    static $messages = [];
    if ($one !== null) {
        $messages[] = $one;
        return [];
    }
    [$taken, $messages] = [$messages, []];
    return $taken;
}

/**
 * The extension's own warnings, from `rustsql: ` on.
 *
 * @param string[]|string|null $messages a list, or the output of a PHP process; null: those of warnings()
 * @return string[]
 */
function ours(array|string|null $messages = null): array
{
    $messages ??= warnings();
    $lines = is_array($messages) ? $messages : explode("\n", $messages);
    $own = preg_grep('~\brustsql: ~', $lines);
    return array_values(array_map(fn ($line) => substr($line, strpos($line, 'rustsql: ')), $own));
}

/** Prints the difference, if there is one. */
function same(mixed $expected, mixed $actual, string $what): void
{
    if ($expected !== $actual) {
        echo "$what: expected ", shown($expected), ', got ', shown($actual), "\n";
    }
}

function check(bool $actual, string $what, mixed $detail = ''): void
{
    if (!$actual) {
        echo "$what: not so", $detail === '' ? '' : ': ' . shown($detail), "\n";
    }
}

/** @param string|string[] $parts */
function has(string|array $parts, string $text, string $what): void
{
    foreach ((array) $parts as $part) {
        if (!str_contains($text, $part)) {
            echo "$what: expected to find ", shown($part), ' in ', shown($text), "\n";
        }
    }
}

/** Checks that there is exactly one warning of the extension, with all these parts. Returns it. */
function one_warning(string|array $parts, array|string|null $messages, string $what): string
{
    $own = ours($messages);
    if (count($own) !== 1) {
        echo "$what: expected one warning, got ", count($own), ': ', shown($own), ' in ', shown($messages), "\n";
    } else {
        has($parts, $own[0], $what);
    }
    return $own[0] ?? '';
}

/** Checks that there is exactly one warning that PHP cannot encode the session. From 8.6 on PHP itself warns and does not write. */
function one_encoding_warning(array|string|null $messages, string $what): void
{
    if (PHP_VERSION_ID < 80600) {
        one_warning(['not written', "'|'", 'stored data stays'], $messages, $what);
        return;
    }
    $lines = is_array($messages) ? $messages : explode("\n", $messages);
    same(1, count(preg_grep('~Data contains invalid key~', $lines)), "$what: PHP's warning");
    same([], ours($lines), "$what: ours");
}

function shown(mixed $value): string
{
    $text = is_string($value) ? $value : json_encode($value, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
    return strlen($text) > 1500 ? substr($text, 0, 1500) . '... (' . strlen($text) . ' bytes)' : $text;
}

/** A new table for each lock mode. @return iterable<string, Table> */
function each_lock(?Server $server = null, array $params = []): iterable
{
    foreach (['advisory', 'row'] as $lock) {
        yield $lock => new Table($lock, $params, $server);
    }
}

/** A table of sessions, and the requests of this process on it. */
final class Table
{
    public readonly Server $server;
    public readonly string $name;

    /** @param array<string, string> $params of the DSN */
    public function __construct(public readonly string $lock = 'advisory', public readonly array $params = [], ?Server $server = null)
    {
        $this->server = $server ?? Server::shared();
        $this->name = $this->server->freshTable();
    }

    public function dsn(array $params = []): string
    {
        $params += $this->params + ['table' => $this->name, 'lock' => $this->lock];
        return $this->server->dsn(http_build_query($params, '', '&', PHP_QUERY_RFC3986));
    }

    /** The settings for a PHP process. */
    public function ini(array $ini = []): array
    {
        return $ini + ['rustsql.dsn' => $this->dsn(), 'session.gc_probability' => '0'];
    }

    /** Makes this process keep its sessions in this table from now on. */
    public function open(array $params = []): void
    {
        session_save_path($this->dsn($params));
    }

    /** Runs a request. Returns the result of `$body`, or null if the session cannot be opened. */
    public function request(string $id, ?callable $body = null, array $options = [], array $params = []): mixed
    {
        $this->open($params);
        session_id($id);
        if (!session_start($options)) {
            return null;
        }
        $result = $body ? $body() : $_SESSION;
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        return $result;
    }

    /** The stored row, or null. `now` is the server's clock. */
    public function row(string $id, string $namespace = ''): ?array
    {
        $key = session_key($id, $namespace);
        $rows = $this->server->query("SELECT *, HEX(id) AS id, UNIX_TIMESTAMP() AS now FROM app.`$this->name` WHERE id = x'$key'");
        return Secure::opened($rows[0] ?? null);
    }

    /** The row without the clock: equal results mean that nothing was written. */
    public function frozen(string $id): ?array
    {
        return array_diff_key((array) $this->row($id), ['now' => 0]) ?: null;
    }

    public function count(string $where = '1'): int
    {
        return (int) $this->server->query("SELECT COUNT(*) AS n FROM app.`$this->name` WHERE $where")[0]['n'];
    }

    /** @param string $assignments as `expires = UNIX_TIMESTAMP() - 1` */
    public function update(string $id, string $assignments): void
    {
        $this->server->query("UPDATE app.`$this->name` SET $assignments WHERE id = x'" . session_key($id) . "'");
    }

    /** Creates the table as an administrator does. */
    public function create(): void
    {
        $this->open();
        $this->server->query(RustSql\schema());
    }

    /** Adds `$count` expired rows (up to 100,000). The table must exist. */
    public function addExpired(int $count): void
    {
        $digits = implode(' UNION ALL ', array_map(fn ($n) => "SELECT $n AS n", range(0, 9)));
        $from = implode(', ', array_map(fn ($name) => "($digits) $name", ['a', 'b', 'c', 'd', 'e']));
        $this->server->query("INSERT INTO app.`$this->name` (id, version, expires, created, used, format, data)
            SELECT UNHEX(LEFT(SHA2(CONCAT('expired', x), 256), 32)), x + (1 << 32), UNIX_TIMESTAMP() - 1000 - x % 100, 1, 1, 0, 'a|i:1;'
            FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS x FROM $from) numbers WHERE x < $count");
    }
}
