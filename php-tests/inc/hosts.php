<?php
/*
 * Several hosts: DSNs that list them, hosts that do not work, and two servers of a test that have the same sessions.
 *
 *     $dsn = hosts_dsn([new DeadHost, $a, $b], 'connect_timeout=0.3');
 *     $pair = new Pair('row');
 *     $holder = $pair->session->hold('$_SESSION["n"]++;');      on the first server
 *     $pair->copy();                                            the second has what is committed on the first
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

/** As a DSN and our messages have it. */
function host(Server|SilentHost|DeadHost|string $host): string
{
    return is_string($host) ? $host : "127.0.0.1:$host->port";
}

/**
 * What a process begins with (PhpProcess::$prefix) that is to find these names with these addresses. The file is in its
 * place: whatever is written there later holds at once. Needs root.
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

/** Prints why there can be no names of a test's own here, as --SKIPIF-- wants it. */
function skip_names(): void
{
    exec('unshare --mount true 2>&1', $output, $status);
    if ($status !== 0) {
        echo 'skip no mounts of its own for a process here: ', implode(' ', $output);
    }
}

/** For what is about time itself. */
function let_pass(float $seconds): void
{
    usleep((int) ($seconds * 1e6));
}

/** Nobody listens there. */
final class DeadHost
{
    public readonly int $port;
    /** @var resource */
    private $socket;

    public function __construct()
    {
        // Bound, so that nobody else takes the port, and not listening.
        $this->socket = stream_socket_server('tcp://127.0.0.1:0', $code, $error, STREAM_SERVER_BIND);
        $this->port = (int) substr(strrchr(stream_socket_get_name($this->socket, false), ':'), 1);
    }
}

/** Takes connections and never says a word. With `$deaf` the network swallows every packet to it. */
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
        // The kernel drops what asks for a connection while the queue is full.
        while ($deaf && $client = @stream_socket_client("tcp://$name", $code, $error, 0.3)) {
            $this->queue[] = $client;
        }
    }

    /** How many connections there were since the last call. Those that are still open are closed. */
    public function connections(): int
    {
        for ($count = 0; $peer = @stream_socket_accept($this->listener, 0); $count++) {
            fclose($peer);
        }
        return $count;
    }
}

/** A PHP process that has learned nothing yet, for one request after the other. */
final class Worker
{
    private readonly PhpProcess $process;

    public function __construct(array $ini = [])
    {
        // Not by echo: behind that PHP starts no session.
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

    /** A request; the host that it used, `none`, or its first warning. */
    public function request(string $dsn): string
    {
        $this->process->write("$dsn\n");
        return $this->process->readLine();
    }

    /** A request whose session cannot start; its first warning, or the host that it used all the same. */
    public function refused(string $dsn): string
    {
        $first = $line = $this->request($dsn);
        while ($line !== 'none' && str_contains($line, ' ')) {
            $line = $this->process->readLine();
        }
        return $first;
    }
}

/** Two servers, one a copy of the other when the test says so, and a session whose DSN lists both. */
final class Pair
{
    private static ?array $servers = null;

    public readonly Server $a;
    public readonly Server $b;
    public readonly Session $session;

    /** The servers are the same for all pairs of a test, and run and take writes when one is made. */
    public function __construct(string $lock, array $ini = [])
    {
        self::$servers ??= [Server::start(), Server::start()];
        [$this->a, $this->b] = self::$servers;
        foreach (self::$servers as $server) {
            $server->pid && self::runs($server) || $server->restart();
            $server->query('SET GLOBAL read_only = 0');
        }
        new Session($lock, [], $this->b); // the account
        $only = new Session($lock, [], $this->a);
        $dsn = hosts_dsn([$this->a, $this->b], '', ['user' => $only->user]);
        $this->session = new Session($lock, $ini + ['rustsql.dsn' => $dsn, 'session.gc_probability' => '0'], $this->a, $only);
    }

    /** Makes the second server's table as the first one's is, or the other way round. */
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

    /** A whole request that knows one server alone. */
    public function on(Server $server, string $code, array $ini = []): string
    {
        return $this->session->run($code, $ini + ['rustsql.dsn' => hosts_dsn([$server], '', ['user' => $this->session->user])]);
    }

    /** The stored bytes on that server. */
    public function stored(Server $server): ?string
    {
        $table = $this->session->table;
        return $server->query("SELECT data FROM app.$table WHERE id = x'" . session_key($this->session->id) . "'")[0]['data'] ?? null;
    }

    /** What was printed, with `A` and `B` for the servers. */
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
