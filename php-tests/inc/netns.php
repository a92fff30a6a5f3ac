<?php
/*
 * NetworkHost is a web host with its own network, in which packets can be dropped: neither side gets a FIN or RST.
 *
 *     $server = NetworkHost::server();               a server that web hosts can reach
 *     $host = new NetworkHost;
 *     $ini = ['rustsql.dsn' => $host->dsn($session)];
 *     $holder = $host->within(fn () => $session->hold('$_SESSION["n"] = 1;', $ini));
 *     $host->cut();
 *     $host->heal();
 *
 * It uses network name spaces: the test has one, and the web host another, connected by two pairs of virtual interfaces (veth).
 * Other processes do not see their names and addresses. They end with the processes in them. A test that uses it begins with: --SKIPIF-- require inc/netns.php; NetworkHost::skip();
 */

require_once __DIR__ . '/hosts.php';

final class NetworkHost
{
    /** The addresses of the test's servers on the two ways to them. */
    private const WAYS = ['10.98.1.', '10.98.2.'];
    private const SERVERS = '1';
    private const ITSELF = '2';
    /** The hardware addresses at the two ends of each way. */
    private const HARDWARE = [self::SERVERS => '02:00:00:00:00:01', self::ITSELF => '02:00:00:00:00:02'];
    /** Packets to this hardware address are lost. */
    private const NOWHERE = '02:00:00:00:00:99';

    private readonly PhpProcess $process;

    /** For --SKIPIF--: prints why there can be no such host. */
    public static function skip(): void
    {
        if (!function_exists('pcntl_unshare')) {
            echo 'skip pcntl is not built in';
        } elseif (posix_geteuid() !== 0) {
            echo 'skip network name spaces need root';
        } elseif (!@pcntl_unshare(CLONE_NEWNET)) {
            echo 'skip no network name space can be made here: ', pcntl_strerror(pcntl_get_last_error());
        } elseif (!exec('command -v ip') || !exec('command -v ss') || !exec('command -v nsenter')) {
            echo 'skip no ip, ss or nsenter: run tools/deps';
        } elseif (exec('ip link add one type veth peer name other 2>&1', $output, $status) && $status) {
            echo 'skip no virtual network interfaces: ', implode(' ', $output);
        }
    }

    /** A server that can be reached on both ways. */
    public static function server(array $options = []): Server
    {
        self::leave();
        return Server::start(null, $options + ['bind_address' => '0.0.0.0']);
    }

    /** Only one can exist at a time. */
    public function __construct()
    {
        self::leave();
        // A process in the name space identifies it.
        $this->process = new PhpProcess(['unshare', '--net', 'sh', '-c', 'echo started; read end']);
        $this->process->readLine();
        foreach (self::WAYS as $number => $way) {
            self::ip("link add way$number address " . self::HARDWARE[self::SERVERS] . ' type veth'
                . " peer name eth$number address " . self::HARDWARE[self::ITSELF] . " netns {$this->process->pid}");
            self::ip("addr add $way" . self::SERVERS . "/24 dev way$number");
            self::ip("link set way$number up");
            $this->within(function () use ($way, $number): void {
                self::ip('link set lo up');
                self::ip("addr add $way" . self::ITSELF . "/24 dev eth$number");
                self::ip("link set eth$number up");
            });
            $this->heal($number);
        }
    }

    /** Processes that `$work` starts run on the web host. */
    public function within(Closure $work): mixed
    {
        PhpProcess::$prefix = $this->prefix();
        try {
            return $work();
        } finally {
            PhpProcess::$prefix = [];
        }
    }

    /** @param Server|Server[] $servers one for each way */
    public function dsn(Session $session, Server|array $servers = [], string $params = ''): string
    {
        $hosts = [];
        foreach (is_array($servers) ? $servers : [$servers] as $number => $server) {
            $hosts[] = $this->address($server, $number);
        }
        return hosts_dsn($hosts ?: [$this->address($session->server)], $params, ['user' => $session->user]);
    }

    public function address(Server $server, int $way = 0): string
    {
        return self::WAYS[$way] . self::SERVERS . ":$server->port";
    }

    /** From now on all packets on this way are lost, in both directions. */
    public function cut(int $way = 0): void
    {
        $this->send($way, [self::SERVERS => self::NOWHERE, self::ITSELF => self::NOWHERE]);
    }

    public function heal(int $way = 0): void
    {
        $this->send($way, self::HARDWARE);
    }

    /** The servers' side drops its connections as after a power failure. Call cut() first, so that no packet tells the client. */
    public static function forget(int $way = 0): void
    {
        self::shell(['ss', '-K', 'dst', self::WAYS[$way] . self::ITSELF]);
    }

    /** Sets the hardware address that each end sends to (a permanent ARP entry). */
    private function send(int $way, array $hardware): void
    {
        $end = fn (string $end) => 'neigh replace ' . self::WAYS[$way] . "$end lladdr $hardware[$end] nud permanent dev";
        self::ip($end(self::ITSELF) . " way$way");
        $this->within(fn () => self::ip($end(self::SERVERS) . " eth$way"));
    }

    private function prefix(): array
    {
        return ['nsenter', "--net=/proc/{$this->process->pid}/ns/net"];
    }

    /** Moves the test into its own network name space. */
    private static function leave(): void
    {
        static $left = false;
        if (!$left) {
            $left = pcntl_unshare(CLONE_NEWNET) ?: throw new RuntimeException('no network name space');
            self::ip('link set lo up');
        }
    }

    private static function ip(string $arguments): void
    {
        self::shell([...PhpProcess::$prefix, 'ip', ...explode(' ', $arguments)]);
    }

    private static function shell(array $command): string
    {
        exec(implode(' ', array_map(escapeshellarg(...), $command)) . ' 2>&1 < /dev/null', $output, $status);
        return $status === 0 ? implode("\n", $output) : throw new RuntimeException(implode(' ', $command) . ': ' . implode(' ', $output));
    }
}
