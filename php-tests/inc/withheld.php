<?php
/*
 * A relay that can hold back the answers of a server. A request that ends although an answer is held back does not wait for it.
 *
 *     $relay = new WithheldAnswers($server);
 *     ... PHP with $relay->dsn() ...
 *     $relay->pass(2);        passes on the next two answers and holds back the rest; a greeting is an answer
 *     $relay->pass(null);     passes on everything, also what was held back
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
    public function pass(?int $answers): void
    {
        $this->process->write(($answers ?? 'all') . "\n");
        $this->process->readLine();
    }

    /** Runs in the relay's process. All that the server sends until the client sends something again is one answer. */
    public static function serve(int $port): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        $pairs = [];
        $left = INF;
        for (;;) {
            $read = [$listener, STDIN];
            foreach ($pairs as $pair) {
                $read[] = $pair->client;
                if (!$pair->unanswered || $left > 0) {
                    $read[] = $pair->server;
                }
            }
            $none = null;
            stream_select($read, $none, $none, null);
            if (in_array(STDIN, $read, true)) {
                // What the client sent before this line was written comes first.
                $sent = array_column($pairs, 'client');
                $waiting = $left > 0 && array_filter($pairs, fn ($pair) => $pair->unanswered) || $sent && stream_select($sent, $none, $none, 0);
                if (!$waiting) {
                    $line = fgets(STDIN);
                    $line === false && exit;
                    $left = trim($line) === 'all' ? INF : (int) $line;
                    fwrite(STDOUT, "done\n");
                }
            }
            if (in_array($listener, $read, true)) {
                $pairs[] = (object) ['client' => stream_socket_accept($listener), 'server' => stream_socket_client("tcp://127.0.0.1:$port"), 'unanswered' => true];
            }
            foreach ($pairs as $key => $pair) {
                $open = true;
                if (in_array($pair->server, $read, true)) {
                    $bytes = (string) fread($pair->server, 65536);
                    $open = $bytes !== '';
                    $left -= (int) ($pair->unanswered && $open);
                    $pair->unanswered = false;
                    @fwrite($pair->client, $bytes);
                }
                if ($open && in_array($pair->client, $read, true)) {
                    $bytes = (string) fread($pair->client, 65536);
                    $open = $bytes !== '';
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
