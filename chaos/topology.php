<?php
/*
 * The servers of a run, and what can happen to them. What is particular to a topology is in topology/.
 */

abstract class Topology
{
    public const ALL = ['mariadb', 'mysql', 'pair', 'galera', 'group'];
    public const WEB_HOSTS = ['A', 'B'];

    /** @var array<string, Server> in the order of the DSN */
    protected array $servers = [];
    /** @var array<string, true> servers that do not answer now: who asks them anything would hang */
    protected array $away = [];
    /** @var array<string, ?Space> where the servers are that have a network of their own */
    protected array $spaces = [];
    /** What to add to mysqld's options. */
    protected const OPTIONS = ['max_connections' => '60'];

    /** Why a topology cannot be had on this machine, or null. */
    public static function missing(string $name): ?string
    {
        return match (true) {
            in_array($name, ['mysql', 'group'], true) && !is_executable(__DIR__ . '/../target/mysql/mysqld') =>
                'no MySQL, see what tools/fetch-mysql says',
            $name === 'galera' && !is_file((string) getenv('GALERA')) => 'no Galera, see what tools/chaos says',
            default => null,
        };
    }

    public static function make(string $name, Network $network): self
    {
        return match ($name) {
            'mariadb', 'mysql' => new Single($network, $name),
            'pair' => new Pair($network),
            'galera' => new Galera($network),
            'group' => new Group($network),
        };
    }

    final protected function __construct(protected readonly Network $network, protected readonly string $flavour = 'mariadb')
    {
    }

    /** Starts `$servers`, each by `add()`. */
    abstract public function start(): void;

    /** What is running, in a few words. */
    abstract public function describe(): string;

    /** @return array<string, Closure(): Generator> large faults, by kind */
    abstract public function faults(Dice $dice): array;

    /** Makes everything right again and returns when it is. */
    public function heal(): void
    {
        array_map($this->network->unblock(...), $this->links());
    }

    /** Stops all servers. */
    public function end(): void
    {
        foreach ($this->servers as $server) {
            $server->kill();
        }
        array_map(fn (?Space $space) => $space?->end(), $this->spaces);
    }

    public function dsn(string $webHost): string
    {
        $run = Space::missing() === null ? Space::RUN : '127.0.0.1';
        $hosts = array_map(fn ($server) => "$run:" . $this->lead($server, $webHost), array_keys($this->servers));
        return sprintf('mysql://%s:%s@%s/%s', Server::USER, Server::PASSWORD, implode(',', $hosts), Server::DATABASE);
    }

    /** @return list<string> what the network calls the ways from each web host to each server */
    public function links(): array
    {
        $links = [];
        foreach (array_keys($this->servers) as $server) {
            foreach (self::WEB_HOSTS as $host) {
                $links[] = $server . $host;
            }
        }
        return $links;
    }

    /** Ends some connections of the application's account; tells how many. */
    public function killConnections(Dice $dice, int $most): int
    {
        $killed = 0;
        foreach (array_diff_key($this->servers, $this->away) as $server) {
            try {
                $rows = array_filter($server->query('SHOW PROCESSLIST'), fn ($row) => $row['User'] === Server::USER);
                foreach (array_slice($dice->shuffled($rows), 0, $most - $killed) as $row) {
                    $server->query("KILL $row[Id]");
                    $killed++;
                }
            } catch (mysqli_sql_exception) {
                // It had ended by itself, or the server cannot do it now.
            }
        }
        return $killed;
    }

    protected function add(string $name, Server $server): Server
    {
        $this->servers[$name] = $server;
        foreach (self::WEB_HOSTS as $host) {
            $this->lead($name, $host);
        }
        return $server;
    }

    private function lead(string $name, string $webHost): int
    {
        return $this->network->lead($name . $webHost, $this->address($name) . ':' . $this->servers[$name]->port);
    }

    protected function address(string $name): string
    {
        return isset($this->spaces[$name]) ? $this->spaces[$name]->address : '127.0.0.1';
    }

    /** Starts something where this server has its network. */
    protected function within(string $name, Closure $work): mixed
    {
        return isset($this->spaces[$name]) ? $this->spaces[$name]->within($work) : $work();
    }

    /** The others do not hear of the server, nor it of them; the web hosts reach all. */
    protected function partition(string $name, float $seconds): Generator
    {
        $this->spaces[$name]->part(hosts: true);
        yield $seconds;
        $this->spaces[$name]->join(hosts: true);
    }

    protected function suspend(string $name, float $seconds): Generator
    {
        $this->away[$name] = true;
        $this->servers[$name]->suspend();
        yield $seconds;
        $this->servers[$name]->resume();
        unset($this->away[$name]);
    }

    /** Takes the connections that the server has room for, so that nobody else gets one. */
    protected function useUpConnections(string $name, float $seconds): Generator
    {
        $taken = [];
        try {
            for (;;) {
                $taken[] = new mysqli('localhost', Server::USER, Server::PASSWORD, Server::DATABASE, 0, $this->servers[$name]->socket);
            }
        } catch (mysqli_sql_exception) {
        }
        // Those who have one now give it back when their request ends: their places are taken as well.
        for ($end = now() + $seconds; now() < $end; yield 0.05) {
            try {
                $taken[] = new mysqli('localhost', Server::USER, Server::PASSWORD, Server::DATABASE, 0, $this->servers[$name]->socket);
            } catch (mysqli_sql_exception) {
            }
        }
    }
}
