<?php
/*
 * Tests with several hosts: DSNs that list them, hosts that do not work, and two servers with the same sessions.
 *
 *     $dsn = hosts_dsn([new DeadHost, $a, $b], 'connect_timeout=0.3');
 *     $pair = new Pair('row');
 *     $holder = $pair->session->hold('$_SESSION["n"]++;');      on the first server
 *     $pair->copy();                                            copies the first server's table to the second
 *     $pair->a->kill();
 *     echo $pair->session->finish($holder), $pair->stored($pair->b);
 *     PhpProcess::$prefix = names_prefix($file, ['127.0.1.1 db', '127.0.1.2 db']);
 */

require_once __DIR__ . '/session.php';

/**
 * @param array<Server|SilentHost|DeadHost|string> $hosts in the order of the DSN
 * @param array<string, string> $override user, password or database
 */
function hosts_dsn(array $hosts, string $params = '', array $override = []): string
{
    $is = $override + ['user' => Server::USER, 'password' => Server::PASSWORD, 'database' => Server::DATABASE];
    return sprintf('mysql://%s:%s@%s/%s', $is['user'], $is['password'], implode(',', array_map(host(...), $hosts)), $is['database'])
        . ($params === '' ? '' : "?$params");
}

/** The host as DSNs and messages name it. */
function host(Server|SilentHost|DeadHost|string $host): string
{
    return is_string($host) ? $host : "127.0.0.1:$host->port";
}

/**
 * A command prefix (PhpProcess::$prefix) for a process that resolves these names to these addresses. It mounts the file over
 * /etc/hosts, so a later change of the file takes effect at once. Needs root.
 *
 * @param string[] $lines as in /etc/hosts
 */
function names_prefix(string $file, array $lines): array
{
    write_names($file, $lines);
    return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', $file];
}

function write_names(string $file, array $lines): void
{
    file_put_contents($file, implode("\n", $lines) . "\n");
}

/** For --SKIPIF--: prints why a test cannot have its own host names. */
function skip_names(): void
{
    exec('unshare --mount true 2>&1', $output, $status);
    if ($status !== 0) {
        echo 'skip no mounts of its own for a process here: ', implode(' ', $output);
    }
}

/** Sleeps; only for tests of elapsed time. */
function let_pass(float $seconds): void
{
    usleep((int) ($seconds * 1e6));
}

/** A port that refuses connections. */
final class DeadHost
{
    public readonly int $port;
    /** @var resource */
    private $socket;

    public function __construct()
    {
        // The port is bound, so that no other process takes it, and does not listen.
        $this->socket = stream_socket_server('tcp://127.0.0.1:0', $code, $error, STREAM_SERVER_BIND);
        $this->port = (int) substr(strrchr(stream_socket_get_name($this->socket, false), ':'), 1);
    }
}

/** Accepts connections and never sends a byte. With `$deaf` it drops every packet. */
final class SilentHost
{
    public readonly int $port;
    /** @var resource */
    private $listener;
    /** @var resource[] */
    private array $queue = [];

    public function __construct(bool $deaf = false)
    {
        $context = stream_context_create(['socket' => ['backlog' => $deaf ? 0 : 100]]);
        $this->listener = stream_socket_server('tcp://127.0.0.1:0', $code, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
        $name = stream_socket_get_name($this->listener, false);
        $this->port = (int) substr(strrchr($name, ':'), 1);
        // The kernel drops SYN packets while the queue is full.
        while ($deaf && $client = @stream_socket_client("tcp://$name", $code, $error, 0.3)) {
            $this->queue[] = $client;
        }
    }

    /** Returns the number of connections since the last call, and closes them. */
    public function connections(): int
    {
        for ($count = 0; $peer = @stream_socket_accept($this->listener, 0); $count++) {
            fclose($peer);
        }
        return $count;
    }
}

/** A new PHP process that runs one request after the other. */
final class Worker
{
    private readonly PhpProcess $process;

    public function __construct(array $ini = [])
    {
        // echo would send headers, after which PHP cannot start a session.
        $this->process = php_start('
            set_error_handler(fn ($level, $message) => fwrite(STDOUT, "$message\n"));
            while ($dsn = fgets(STDIN)) {
                session_save_path(trim($dsn));
                session_id("worker");
                session_start();
                $host = RustSql\status()["host"] ?? "none";
                session_write_close();
                fwrite(STDOUT, "$host\n");
            }', $ini + ['session.gc_probability' => '0']);
    }

    /** Runs a request; returns the host that it used, `none`, or its first warning. */
    public function request(string $dsn): string
    {
        $this->process->write("$dsn\n");
        return $this->process->readLine();
    }

    /** Runs a request that should fail; returns its first warning, or the host that it used. */
    public function refused(string $dsn): string
    {
        $first = $line = $this->request($dsn);
        while ($line !== 'none' && str_contains($line, ' ')) {
            $line = $this->process->readLine();
        }
        return $first;
    }
}

/** Two servers and a session whose DSN lists both. copy() copies the sessions of one to the other. */
final class Pair
{
    private static ?array $servers = null;

    public readonly Server $a;
    public readonly Server $b;
    public readonly Session $session;

    /** All pairs of a test share the servers. The constructor makes them run and accept writes. */
    public function __construct(string $lock, array $ini = [])
    {
        self::$servers ??= [Server::start(), Server::start()];
        [$this->a, $this->b] = self::$servers;
        foreach (self::$servers as $server) {
            $server->pid && self::runs($server) || $server->restart();
            $server->query('SET GLOBAL read_only = 0');
        }
        while (self::instance($this->a) === self::instance($this->b)) {
            $this->b->kill();
            $this->b->restart();
        }
        new Session($lock, [], $this->b); // the account
        $only = new Session($lock, [], $this->a);
        $dsn = hosts_dsn([$this->a, $this->b], '', ['user' => $only->user]);
        $this->session = new Session($lock, $ini + ['rustsql.dsn' => $dsn, 'session.gc_probability' => '0'], $this->a, $only);
    }

    /** Kills the first server, which loses the commits that the second does not have, and starts it again. */
    public function loseCommits(): void
    {
        $before = self::instance($this->a);
        do {
            $this->a->kill();
            $this->a->restart();
        } while (self::instance($this->a) === $before);
        $this->copy(true);
    }

    /**
     * The instance in the versions that a server writes. Two have the same one once in 1023 times. A write that could be recovered is
     * refused then: a test of recovery needs two.
     */
    private static function instance(Server $server): string
    {
        return $server->query('SELECT CRC32(RIGHT(UUID(),17)) % 1023 AS instance')[0]['instance'];
    }

    /** Copies the first server's table to the second, or back. */
    public function copy(bool $back = false): void
    {
        [$from, $to] = $back ? [$this->b, $this->a] : [$this->a, $this->b];
        $table = $this->session->table;
        $from->admin()->select_db('app');
        $to->admin()->select_db('app');
        $definition = $from->query("SHOW CREATE TABLE $table")[0]['Create Table'];
        $to->query("DROP TABLE IF EXISTS $table");
        $to->query($definition);
        foreach ($from->query("SELECT * FROM $table") as $row) {
            foreach (['id', 'data', 'tag'] as $binary) {
                $row[$binary] = $row[$binary] === null ? null : "x'" . bin2hex($row[$binary]) . "'";
            }
            $row = array_map(fn ($value) => $value ?? 'NULL', $row);
            $to->query("INSERT INTO $table (" . implode(',', array_keys($row)) . ') VALUES (' . implode(',', $row) . ')');
        }
    }

    /** Runs a request whose DSN has only that server. */
    public function on(Server $server, string $code, array $ini = []): string
    {
        return $this->session->run($code, $ini + ['rustsql.dsn' => hosts_dsn([$server], '', ['user' => $this->session->user])]);
    }

    /** The stored bytes on that server. */
    public function stored(Server $server): ?string
    {
        $table = $this->session->table;
        return Secure::opened($server->query("SELECT * FROM app.$table WHERE id = x'" . session_key($this->session->id) . "'")[0] ?? null)['data'] ?? null;
    }

    /** Replaces the servers' names in a text by `A` and `B`. */
    public function name(string $text): string
    {
        return strtr($text, [host($this->a) => 'A', host($this->b) => 'B']);
    }

    private static function runs(Server $server): bool
    {
        try {
            return (bool) $server->query('SELECT 1');
        } catch (mysqli_sql_exception) {
            return false;
        }
    }
}
