<?php
/*
 * A relay between PHP and a server, in its own process. It names the packets of each connection: the login, then each
 * command.
 *
 *     $proxy = new Proxy($server);
 *     ... PHP with $proxy->dsn() ...
 *     $proxy->nextConnection();      "login query query quit", after the end of the connection
 *
 * It can also change bytes that the client sends, or refuse a command.
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

final class Proxy
{
    private const COMMANDS = [
        0x01 => 'quit', 0x03 => 'query', 0x0e => 'ping', 0x11 => 'change_user',
        0x16 => 'prepare', 0x17 => 'execute', 0x18 => 'long_data', 0x19 => 'close_statement', 0x1f => 'reset',
    ];

    private readonly PhpProcess $process;
    private readonly int $port;

    /**
     * @param array<string, string> $replace bytes of the client => bytes of the same length for the server
     * @param array<int, int> $refuse number of a command => number of the error that answers it
     */
    public function __construct(private readonly Server $server, array $replace = [], array $refuse = [])
    {
        $arguments = implode(', ', array_map(fn ($value) => var_export($value, true), [$server->port, $replace, $refuse]));
        $code = sprintf('require %s; Proxy::serve(%s);', var_export(__FILE__, true), $arguments);
        $this->process = new PhpProcess([helper_php(), '-n', '-r', $code]);
        $this->port = (int) $this->process->readLine();
    }

    public function dsn(string $params = '', array $override = []): string
    {
        return $this->server->dsn($params, $override + ['port' => $this->port]);
    }

    /** Waits for the end of the next connection; the commands that it sent, in order. */
    public function nextConnection(): string
    {
        return $this->process->readLine();
    }

    /** The proxy's own process. */
    public static function serve(int $port, array $replace, array $refuse): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        $pairs = [];
        for (;;) {
            $read = [$listener];
            foreach ($pairs as $pair) {
                array_push($read, $pair->client, $pair->server);
            }
            $none = null;
            stream_select($read, $none, $none, null);
            if (in_array($listener, $read, true)) {
                $client = stream_socket_accept($listener);
                stream_set_read_buffer($client, 0); // see Secure::relay()
                $upstream = stream_socket_client("tcp://127.0.0.1:$port");
                $pairs[] = (object) ['client' => $client, 'server' => $upstream, 'first' => true, 'unread' => '', 'seen' => []];
            }
            foreach ($pairs as $key => $pair) {
                $open = true;
                if (in_array($pair->client, $read, true)) {
                    $bytes = (string) @fread($pair->client, $pair->first ? Secure::REQUEST : 65536);
                    $open = $bytes !== '';
                    if ($pair->first && Secure::relay($bytes, $pair->client, $pair->server)) {
                        $bytes = '';
                    }
                    $pair->first = false;
                    self::look($pair, $bytes);
                    $error = count($pair->seen) > 1 ? $refuse[ord($bytes[4] ?? "\0")] ?? null : null;
                    if ($error) {
                        $answer = "\xff" . pack('v', $error) . '#HY000not here';
                        @fwrite($pair->client, pack('V', strlen($answer) | 1 << 24) . $answer);
                    } else {
                        @fwrite($pair->server, strtr($bytes, $replace));
                    }
                }
                if ($open && in_array($pair->server, $read, true)) {
                    $bytes = (string) @fread($pair->server, 65536);
                    $open = $bytes !== '';
                    @fwrite($pair->client, $bytes);
                }
                if (!$open) {
                    fclose($pair->client);
                    fclose($pair->server);
                    unset($pairs[$key]);
                    fwrite(STDOUT, implode(' ', $pair->seen) . "\n");
                }
            }
        }
    }

    /** A packet has three bytes of length, one of sequence, then the content. Each command starts again with sequence 0. */
    private static function look(object $pair, string $bytes): void
    {
        $pair->unread .= $bytes;
        while (strlen($pair->unread) >= 4) {
            $head = unpack('V', $pair->unread)[1];
            [$length, $sequence] = [$head & 0xffffff, $head >> 24];
            if (strlen($pair->unread) < 4 + $length) {
                return;
            }
            if (!$pair->seen) {
                $pair->seen[] = 'login';
            } elseif ($sequence === 0) {
                $command = ord($pair->unread[4]);
                $pair->seen[] = self::COMMANDS[$command] ?? "command $command";
            }
            $pair->unread = substr($pair->unread, 4 + $length);
        }
    }
}
