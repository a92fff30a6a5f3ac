<?php
/*
 * What the buttons of the demo's page do that a page cannot: kill, restart, freeze. It answers HTTP on loopback, and only
 * requests with the token that the hosts write into the page, so that no other website can send any. It touches only
 * processes that the demo has started.
 */
declare(strict_types=1);

final class Control
{
    private const MOST_BYTES = 4096;
    private const MOST_SECONDS = 10;

    /** @var array<int, resource> */
    private array $clients = [];
    /** @var array<int, string> what each of them has sent so far */
    private array $sent = [];
    /** When the frozen database goes on, in milliseconds. */
    private ?float $frozenUntil = null;

    /**
     * @param resource $listener
     * @param array<string, Host> $hosts by their names
     */
    public function __construct(private $listener, private readonly string $token, private readonly array $hosts,
        private readonly Server $database)
    {
    }

    /** Serves the page until Enter is pressed; without a terminal, until a signal comes. */
    public function run(): void
    {
        $stdin = [STDIN];
        for (;;) {
            $readable = [...$stdin, $this->listener, ...$this->clients];
            $none = null;
            @stream_select($readable, $none, $none, 0, 50_000);
            if (now() >= ($this->frozenUntil ?? INF)) {
                $this->thaw();
            }
            foreach ($readable as $stream) {
                if ($stream === STDIN) {
                    if (fgets(STDIN) !== false) {
                        return;
                    }
                    $stdin = [];
                } elseif ($stream === $this->listener) {
                    $this->accept();
                } else {
                    $this->read($stream);
                }
            }
        }
    }

    private function accept(): void
    {
        if ($client = @stream_socket_accept($this->listener, 0)) {
            stream_set_blocking($client, false);
            $this->clients[get_resource_id($client)] = $client;
            $this->sent[get_resource_id($client)] = '';
        }
    }

    /** @param resource $client */
    private function read($client): void
    {
        $id = get_resource_id($client);
        $request = $this->sent[$id] .= (string) @fread($client, self::MOST_BYTES);
        [$head, $body] = explode("\r\n\r\n", $request, 2) + ['', null];
        $length = preg_match('/^Content-Length: *(\d+)/mi', $head, $match) ? (int) $match[1] : 0;
        if ($body !== null && strlen($body) >= $length) {
            stream_set_blocking($client, true);
            @fwrite($client, $this->answer($head, $body));
        } elseif (!feof($client) && strlen($request) < self::MOST_BYTES) {
            return;
        }
        unset($this->clients[$id], $this->sent[$id]);
        fclose($client);
    }

    private function answer(string $head, string $body): string
    {
        $header = fn (string $name) => preg_match("/^$name: *(.*)\r?$/mi", $head, $match) ? trim($match[1]) : '';
        $origins = [];
        foreach ($this->hosts as $host) {
            array_push($origins, "http://127.0.0.1:$host->port", "http://localhost:$host->port");
        }
        parse_str($body, $form);
        $ours = in_array($header('Origin'), $origins, true) && is_string($form['token'] ?? null)
            && hash_equals($this->token, $form['token']);
        [$status, $result] = ['403 Forbidden', ['error' => 'not a request of the page of this demo']];
        if ($ours && str_starts_with($head, 'POST ')) {
            try {
                [$status, $result] = ['200 OK', $this->act($form)];
            } catch (RuntimeException $e) {
                [$status, $result] = ['500 Internal Server Error', ['error' => $e->getMessage()]];
            }
        }
        $result = json_encode($result);
        return "HTTP/1.1 $status\r\nContent-Type: application/json\r\nContent-Length: " . strlen($result) . "\r\nConnection: close\r\n"
            . ($ours ? 'Access-Control-Allow-Origin: ' . $header('Origin') . "\r\n" : '') . "\r\n$result";
    }

    /** Times are those of the machine's clock, as in the hosts' answers. */
    private function act(array $form): array
    {
        $host = $this->hosts[$form['host'] ?? 'A'] ?? throw new RuntimeException('there is no such host');
        $start = now();
        switch ($form['do'] ?? '') {
            case 'state':
                return ['up' => array_map(fn ($host) => $host->isUp(), $this->hosts)];
            case 'kill-holder':
                return ['at' => $this->killHolder((int) ($form['pid'] ?? 0), (int) ($form['waiting'] ?? 0))];
            case 'kill-host':
                $host->kill();
                break;
            case 'start-host':
                $host->isUp() || $host->start();
                break;
            case 'restart':
                $this->thaw();
                $this->database->restart();
                break;
            case 'freeze':
                $this->database->suspend();
                $this->frozenUntil = now() + 1000 * min(self::MOST_SECONDS, (float) ($form['seconds'] ?? 0));
                break;
            case 'release':
                touch(RELEASE);
                break;
            default:
                throw new RuntimeException('there is no such button');
        }
        return ['at' => $start, 'ms' => now() - $start];
    }

    /** Kills the process that has the session, as soon as so many others wait for it. Returns when. */
    private function killHolder(int $pid, int $waiting): float
    {
        if (!array_filter($this->hosts, fn ($host) => $host->owns($pid))) {
            throw new RuntimeException('that process is not one of this demo');
        }
        $this->thaw();
        Server::waitFor(fn () => waiting($this->database) >= $waiting, self::MOST_SECONDS);
        $at = now();
        posix_kill($pid, SIGKILL);
        return $at;
    }

    private function thaw(): void
    {
        if ($this->frozenUntil !== null) {
            $this->database->resume();
            $this->frozenUntil = null;
        }
    }
}
