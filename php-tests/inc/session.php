<?php
/*
 * A session of a test: the processes that use it, and its row. Each test has its own account, which identifies its connections
 * on a shared server.
 *
 *     $session = new Session('row');
 *     $session->run('session_start(); $_SESSION["n"] = 1;');
 *     $holder = $session->hold('$_SESSION["n"] = 2;');     returns after the request has taken the lock
 *     $waiter = $session->start('session_start(); echo $_SESSION["n"];');
 *     $session->awaitWaiters(1);
 *     echo $session->finish($holder), $session->finish($waiter);
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

const LOCKS = ['advisory', 'row'];

final class Session
{
    private static ?WeakMap $accounts = null;
    private static int $count = 0;

    public readonly Server $server;
    public readonly string $id;
    public readonly string $table;
    public readonly array $ini;
    public readonly string $user;

    /** `$ini` is for every process of this session; `$of`: another session, to share its table. */
    public function __construct(public readonly string $lock, array $ini = [], ?Server $server = null, ?self $of = null)
    {
        $this->server = $of?->server ?? $server ?? Server::shared();
        $this->user = self::account($this->server);
        $this->table = $of?->table ?? $this->server->freshTable();
        $this->id = 'session-' . ++self::$count;
        $this->ini = $ini + [
            'rustsql.dsn' => $this->server->dsn('', ['user' => $this->user]),
            'rustsql.table' => $this->table,
            'rustsql.lock' => $lock,
        ];
    }

    /**
     * Starts a request that has this session's id and has not started the session. It may call pause('a line'), which
     * prints that line and waits for a line.
     */
    public function start(string $code, array $ini = [], ?string $id = null): PhpProcess
    {
        // echo would send headers, after which PHP does not allow to change the session's id.
        $pause = 'function pause(string $line) { fwrite(STDOUT, "$line\n"); fgets(STDIN); }';
        $id ??= $this->id;
        return php_start("$pause session_id('$id'); $code", $ini + $this->ini);
    }

    /** Runs a request and returns its output. */
    public function run(string $code, array $ini = []): string
    {
        return $this->finish($this->start($code, $ini));
    }

    /** Starts a request that holds this session. finish() makes it run `$then`. */
    public function hold(string $then = '', array $ini = [], ?string $id = null): PhpProcess
    {
        $holder = $this->start("pause(session_start() ? 'started' : 'not started'); $then", $ini, $id);
        $line = $holder->readLine();
        return $line === 'started' ? $holder : throw new RuntimeException("the holder: $line");
    }

    /** Makes a request run to its end, and returns its output. */
    public function finish(PhpProcess $process, float $timeout = 60): string
    {
        $end = $process->wait($timeout);
        return self::tidy($end['out'] . $end['err']) . ($end['signal'] ? "killed by signal $end[signal]\n" : '');
    }

    /** The stored row, or null when no such session is stored. */
    public function row(): ?array
    {
        return Secure::opened($this->server->query("SELECT * FROM app.$this->table WHERE id = x'" . session_key($this->id) . "'")[0] ?? null);
    }

    /** The stored bytes. */
    public function stored(): ?string
    {
        return $this->row()['data'] ?? null;
    }

    /**
     * Waits until `$count` requests of this test wait for a lock, for at least `$seconds`. `$ended` counts those that have ended
     * without one.
     */
    public function awaitWaiters(int $count, int $seconds = 0, ?callable $ended = null): void
    {
        // innodb_trx would be exact, but MariaDB refreshes it only if it was not read for 0.1 s.
        $states = $this->lock === 'advisory' ? ['user lock'] : ['statistics', 'update', 'updating'];
        // MySQL counts the seconds that have begun.
        $waits = fn ($row) => in_array(strtolower($row['State'] ?? ''), $states) && (!$seconds || $row['Time'] > $seconds);
        // A statement that finds its row free has these states for a moment.
        [$before, $seen] = [[], 0];
        Server::waitFor(function () use ($count, $waits, $ended, &$before, &$seen): bool {
            $waiters = array_column(array_filter($this->connections(), $waits), 'Id');
            $seen = $waiters === $before ? $seen + 1 : 1;
            $before = $waiters;
            return $seen >= 3 && count($waiters) + ($ended ? $ended() : 0) >= $count;
        });
    }

    /** Waits until the server has given the lock of this id to a request. A request does not wait for that of an id that it has made. */
    public function awaitLock(string $id): void
    {
        [$key, $name] = [session_key($id), session_lock($this->table, $id)];
        Server::waitFor(function () use ($key, $name): bool {
            try {
                $this->server->query("SELECT 1 FROM app.$this->table WHERE id = x'$key' FOR UPDATE NOWAIT");
            } catch (mysqli_sql_exception $e) {
                return in_array($e->getCode(), [1205, 3572], true) ?: throw $e;
            }
            return $this->server->query("SELECT IS_USED_LOCK('$name') AS holder")[0]['holder'] !== null;
        });
    }

    /** Sets this table's expiries back, so that the next request moves them. Nothing has expired then. */
    public function age(): void
    {
        $this->server->query("UPDATE app.$this->table SET expires = expires - 600");
    }

    /** The connections of this test. */
    public function connections(): array
    {
        $all = $this->server->query('SHOW PROCESSLIST');
        return array_values(array_filter($all, fn ($row) => $row['User'] === $this->user));
    }

    /** Kills the only connection of this test, as an administrator or a broken network does. */
    public function loseConnection(): void
    {
        // The connection of an earlier request may not have ended yet.
        [$connection] = Server::waitFor(fn () => count($all = $this->connections()) === 1 ? $all : null);
        $this->server->query("KILL $connection[Id]");
        $this->awaitNoConnection();
    }

    public function awaitNoConnection(): void
    {
        Server::waitFor(fn () => !$this->connections());
    }

    /** The duration of `$work`. */
    public static function seconds(callable $work): float
    {
        $start = hrtime(true);
        $work();
        return (hrtime(true) - $start) / 1e9;
    }

    /**
     * PHP's output without line numbers, empty lines, the function that a message of ours names, and the warning of PHP's core
     * that follows it, whose text differs between PHP versions.
     */
    public static function tidy(string $output): string
    {
        $output = preg_replace('~ in (Command line code|Unknown|/\S+)( on line |:)\d+$~m', '', $output);
        $output = preg_replace('~^(\w+): .*?: (rustsql: )~m', '$1: $2', $output);
        $output = preg_replace('~^\w+: .*: Failed to (read|write) session data.*\n~m', '', "$output\n");
        $output = trim(preg_replace('~^\s*\n~m', '', $output));
        return $output === '' ? '' : "$output\n";
    }

    private static function account(Server $server): string
    {
        self::$accounts ??= new WeakMap;
        if (!isset(self::$accounts[$server])) {
            $user = 'test' . getmypid();
            $server->query("CREATE USER '$user'@'%' IDENTIFIED BY '" . Server::PASSWORD . "'");
            $server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO '$user'@'%'");
            self::$accounts[$server] = $user;
        }
        return self::$accounts[$server];
    }
}
