<?php
/*
 * Networks with a round trip that is chosen: each is a run of delay.c, which delays every IP packet. What PHP connects to is 10.98.N.2,
 * and the servers listen on all addresses. So this works only in a network namespace of its own, as tools/bench and tools/compare make it.
 */
declare(strict_types=1);

/** The cores on which the servers and the clients run. On one core the client's work would delay the server. */
const SERVER_CORE = 0;
const CLIENT_CORE = 1;

final class Network
{
    /** The most microseconds that a packet needs without a delay. */
    private const OWN = 90;

    private static int $count = 0;
    private static ?PhpProcess $echo = null;
    private static int $echoPort = 0;

    /** The address of the servers for a client. */
    public readonly string $host;
    private readonly ?PhpProcess $delay;

    /** @param int|null $delay microseconds that each packet is delayed; null: loopback */
    private function __construct(?int $delay)
    {
        if ($delay === null) {
            [$this->host, $this->delay] = ['127.0.0.1', null];
            return;
        }
        $number = self::$count++;
        $this->delay = new PhpProcess([...on(SERVER_CORE), 'chrt', '-f', '2', __DIR__ . '/../target/bench/delay', (string) $number, (string) $delay]);
        $this->delay->readLine();
        exec("ip addr add 10.98.$number.1/24 dev delay$number && ip link set delay$number up", result_code: $status);
        $this->host = $status ? throw new RuntimeException('no network can be made here') : "10.98.$number.2";
    }

    /** @param float $milliseconds 0: loopback */
    public static function make(float $milliseconds): self
    {
        if (!$milliseconds) {
            return new self(null);
        }
        self::isOwn() ?: throw new RuntimeException('this needs root and a network namespace of its own: see tools/bench');
        // What the kernel and delay.c need themselves differs with the delay, and on a busy machine a measurement may be far off.
        $most = 500 * $milliseconds;
        $delay = max(0, $most - self::OWN / 2);
        for ($attempt = 1; ; $attempt++) {
            $network = new self((int) $delay);
            $beyond = 1000 * ($network->roundTrip()['p25'] - $milliseconds);
            if ($attempt === 4 || abs($beyond) <= 30 * $milliseconds) {
                return $network;
            }
            $delay = min($most, max(0, $most - self::OWN, $delay - $beyond / 2));
        }
    }

    /** Whether nobody else reaches a server that listens on all addresses: a namespace of its own has no other devices. */
    public static function isOwn(): bool
    {
        return posix_geteuid() === 0 && !str_contains((string) shell_exec('ip -o link'), 'link/ether');
    }

    /** The round trips of a byte and its echo over a TCP connection, and those of a connect. @return array{p25: float, p50: float, p90: float, connect: float} */
    public function roundTrip(): array
    {
        if (!self::$echo) {
            self::$echo = new PhpProcess([...on(SERVER_CORE), getenv('TEST_PHP_EXECUTABLE'), '-n', '-r', self::ECHO_SERVER]);
            self::$echoPort = (int) self::$echo->readLine();
        }
        [$echoes, $connects] = [[], []];
        for ($i = 0; $i < 20; $i++) {
            $started = hrtime(true);
            $client = stream_socket_client("tcp://$this->host:" . self::$echoPort);
            $connects[] = (hrtime(true) - $started) / 1e6;
            for ($j = 0; $j < 5; $j++) {
                $started = hrtime(true);
                fwrite($client, '.');
                fread($client, 1);
                $echoes[] = (hrtime(true) - $started) / 1e6;
            }
        }
        return ['p25' => percentile($echoes, 0.25), 'p50' => median($echoes), 'p90' => percentile($echoes, 0.9), 'connect' => median($connects)];
    }

    private const ECHO_SERVER = '
        $listener = stream_socket_server("tcp://0.0.0.0:0");
        echo parse_url("tcp://" . stream_socket_get_name($listener, false), PHP_URL_PORT), "\n";
        while ($client = stream_socket_accept($listener, -1)) {
            while (($byte = fread($client, 1)) !== "" && $byte !== false) fwrite($client, $byte);
        }';
}

/** A prefix of a command, which makes it run on this core. */
function on(int $core): array
{
    return ['taskset', '-c', (string) ($core % (int) shell_exec('nproc --all'))];
}
