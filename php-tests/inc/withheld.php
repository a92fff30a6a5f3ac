<?php
/*
 * A relay that can hold back the answers of a server, or what its clients send. A request that ends although an answer is held back does not wait for it.
 *
 *     $relay = new WithheldAnswers($server);
 *     ... PHP with $relay->dsn() ...
 *     $relay->pass('11');     passes on the next two answers and holds back the rest; a greeting is an answer
 *     $relay->pass('101');    holds the second answer back until the client has sent more, and then passes it on with the next one
 *     $relay->pass(null);     passes on everything, also what was held back
 *     $relay->hold();         holds back what clients send from now on, until send()
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

final class WithheldAnswers
{
    private readonly PhpProcess $process;
    private readonly int $port;

    public function __construct(private readonly Server $server)
    {
        $code = sprintf('require %s; WithheldAnswers::serve(%d);', var_export(__FILE__, true), $server->port);
        $this->process = new PhpProcess([helper_php(), '-n', '-r', $code]);
        $this->port = (int) $this->process->readLine();
    }

    public function dsn(string $params = '', array $override = []): string
    {
        return $this->server->dsn($params, $override + ['port' => $this->port]);
    }

    /** Waits first until the server has answered all that was sent before. */
    public function pass(?string $answers): void
    {
        $this->process->write(($answers ?? 'all') . "\n");
        $this->process->readLine();
    }

    /** Waits first as `pass` does. */
    public function hold(): void
    {
        $this->process->write("hold\n");
        $this->process->readLine();
    }

    public function send(): void
    {
        $this->process->write("send\n");
        $this->process->readLine();
    }

    /** How many commands begin in these bytes; a login counts as one, unless a command follows it at once. Not for TLS. */
    private static function commands(object $pair, string $bytes): int
    {
        [$commands, $packets] = [0, 0];
        $pair->rest .= $bytes;
        for (;;) {
            $skipped = min($pair->skip, strlen($pair->rest));
            $pair->rest = substr($pair->rest, $skipped);
            $pair->skip -= $skipped;
            if (strlen($pair->rest) < 4) {
                return max($commands, min($packets, 1));
            }
            $pair->skip = 4 + unpack('V', substr($pair->rest, 0, 3) . "\0")[1];
            $commands += (int) ($pair->rest[3] === "\0");
            $packets++;
        }
    }

    /** Runs in the relay's process. All that the server sends until the client sends something again is one answer. */
    public static function serve(int $port): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        $pairs = [];
        // 'all', or a digit for each answer: 1 is passed on, 0 is held back until the client sends more.
        [$left, $holds] = ['all', false];
        for (;;) {
            $read = [$listener, STDIN];
            foreach ($pairs as $pair) {
                if (!$holds) {
                    $read[] = $pair->client;
                }
                if (!$pair->unanswered || $left === 'all' || str_starts_with($left, '1')) {
                    $read[] = $pair->server;
                }
            }
            $none = null;
            stream_select($read, $none, $none, null);
            if (in_array(STDIN, $read, true)) {
                // What the client sent before this line was written comes first.
                $sent = $holds ? [] : array_column($pairs, 'client');
                $waiting = $left !== '' && array_filter($pairs, fn ($pair) => $pair->unanswered) || $sent && stream_select($sent, $none, $none, 0);
                if (!$waiting) {
                    $line = fgets(STDIN);
                    $line === false && exit;
                    match ($line = trim($line)) {
                        'hold', 'send' => $holds = $line === 'hold',
                        default => $left = $line,
                    };
                    fwrite(STDOUT, "done\n");
                }
            }
            if (in_array($listener, $read, true)) {
                $pairs[] = (object) ['client' => stream_socket_accept($listener), 'server' => stream_socket_client("tcp://127.0.0.1:$port"), 'unanswered' => true, 'rest' => '', 'skip' => 0];
            }
            foreach ($pairs as $key => $pair) {
                $open = true;
                if (in_array($pair->server, $read, true)) {
                    $bytes = (string) fread($pair->server, 65536);
                    $open = $bytes !== '';
                    if ($pair->unanswered && $open && $left !== 'all') {
                        $left = substr($left, 1);
                    }
                    $pair->unanswered = false;
                    @fwrite($pair->client, $bytes);
                }
                if ($open && in_array($pair->client, $read, true)) {
                    $bytes = (string) fread($pair->client, 65536);
                    $open = $bytes !== '';
                    for ($more = self::commands($pair, $bytes) - (int) !$pair->unanswered; $more > 0 && str_starts_with($left, '0'); $more--) {
                        $left = substr($left, 1);
                    }
                    $pair->unanswered = true;
                    @fwrite($pair->server, $bytes);
                }
                if (!$open) {
                    fclose($pair->client);
                    fclose($pair->server);
                    unset($pairs[$key]);
                }
            }
        }
    }
}
