<?php
/*
 * What lies between the web hosts and the servers: each web host reaches each server by a port of its own, and each of
 * these links can be cut or blocked. It is a process of its own, told what to do by lines on its stdin.
 */

final class Network
{
    private const COM_QUERY = "\0\3";
    /** The first bytes of a record of TLS that has a packet in it. */
    private const RECORD = "\x17\3\3";

    private readonly PhpProcess $process;

    public function __construct()
    {
        $code = sprintf('require %s; Network::serve();', var_export(__FILE__, true));
        $this->process = new PhpProcess([...harness_php(), '-r', $code]);
    }

    /** A way to the server at this address: the port to use instead. Again with another address: it now leads there. */
    public function lead(string $link, string $address): int
    {
        return (int) $this->tell('lead', $link, $address);
    }

    /**
     * The next `$count` packets of the link meet a cut of the connection.
     *
     * @param string $where before (the packet is lost), race (it is sent and the connection closed),
     *     answer (the server did what it says, and the answer is lost)
     * @param bool $writes only packets that write and end the lock; with TLS, where nobody sees that, every third
     * @param bool $reset both sides get a reset, not an end
     */
    public function cut(string $link, string $where, bool $writes, int $count, bool $reset): void
    {
        $this->tell('cut', $link, $where, (int) $writes, $count, (int) $reset);
    }

    /** Resets up to `$most` connections that are open now; tells how many. */
    public function reset(string $link, int $most): int
    {
        return (int) $this->tell('reset', $link, $most);
    }

    /** Nothing gets through, and nobody is told. What was sent meanwhile arrives when it is over, as on a real network. */
    public function block(string $link): void
    {
        $this->tell('block', $link);
    }

    public function unblock(string $link): void
    {
        $this->tell('unblock', $link);
    }

    private function tell(string|int ...$words): string
    {
        $this->process->write(implode(' ', $words) . "\n");
        return $this->process->readLine(30);
    }

    /** The network's own process. */
    public static function serve(): never
    {
        $links = [];
        $pairs = [];
        for (;;) {
            $read = ['stdin' => STDIN];
            $write = [];
            foreach ($links as $name => $link) {
                if (!$link->blocked) {
                    $read["link $name"] = $link->listener;
                }
            }
            foreach ($pairs as $key => $pair) {
                if ($pair->link->blocked) {
                    continue;
                }
                foreach ([0, 1] as $side) {
                    // Nothing more is taken in while the other side does not take what there is.
                    if ($pair->waiting[1 - $side] === '') {
                        $read["$key $side"] = $pair->ends[$side];
                    } else {
                        $write["$key " . 1 - $side] = $pair->ends[1 - $side];
                    }
                }
            }
            $none = null;
            stream_select($read, $write, $none, null);
            foreach ($links as $name => $link) {
                if (isset($read["link $name"]) && ($client = @stream_socket_accept($link->listener, 0))) {
                    $server = @stream_socket_client("tcp://$link->address", $code, $error, 1,
                        STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT);
                    if ($server) {
                        stream_set_blocking($client, false);
                        stream_set_blocking($server, false);
                        $pairs[] = (object) ['link' => $link, 'ends' => [$client, $server], 'waiting' => ['', ''], 'cut' => false, 'reset' => false];
                    }
                }
            }
            foreach ($pairs as $key => $pair) {
                $open = true;
                foreach ([0, 1] as $side) {
                    if ($open && isset($read["$key $side"])) {
                        $open = self::forward($pair, $side);
                    }
                    if ($open && isset($write["$key $side"])) {
                        $open = self::flush($pair, $side);
                    }
                }
                if (!$open) {
                    self::close($pair);
                    unset($pairs[$key]);
                }
            }
            if (isset($read['stdin'])) {
                $line = fgets(STDIN) ?: exit;
                echo self::obey(explode(' ', trim($line)), $links, $pairs), "\n";
            }
        }
    }

    private static function obey(array $words, array &$links, array &$pairs): int
    {
        // For the hosts in name spaces as well, where there are any: the run is then in one that nobody else is in.
        $link = $links[$words[1]] ??= (object) [
            'listener' => stream_socket_server(getenv('CHAOS_SPACES') ? 'tcp://0.0.0.0:0' : 'tcp://127.0.0.1:0'),
            'address' => '', 'blocked' => false, 'cuts' => [],
        ];
        switch ($words[0]) {
            case 'lead':
                $link->address = $words[2];
                break;
            case 'cut':
                $link->cuts = array_fill(0, (int) $words[4], [$words[2], (bool) $words[3], (bool) $words[5]]);
                break;
            case 'reset':
                $mine = array_slice(array_filter($pairs, fn ($pair) => $pair->link === $link), 0, (int) $words[2], true);
                foreach ($mine as $key => $pair) {
                    $pair->reset = true;
                    self::close($pair);
                    unset($pairs[$key]);
                }
                return count($mine);
            default:
                $link->blocked = $words[0] === 'block';
        }
        return (int) explode(':', stream_socket_get_name($link->listener, false))[1];
    }

    private static function close(object $pair): void
    {
        foreach ($pair->ends as $end) {
            if ($pair->reset && function_exists('socket_import_stream')) {
                socket_set_option(socket_import_stream($end), SOL_SOCKET, SO_LINGER, ['l_onoff' => 1, 'l_linger' => 0]);
            }
            fclose($end);
        }
    }

    /** From one side (0: the client) to the other; false when the connection is over. */
    private static function forward(object $pair, int $side): bool
    {
        $bytes = (string) @fread($pair->ends[$side], 65536);
        if ($bytes === '' || $pair->cut) {
            return false;
        }
        $cut = $side === 0 ? self::cutFor($pair, $bytes) : null;
        if ($cut === 'before') {
            return false;
        }
        $pair->cut = $cut === 'answer';
        $pair->waiting[1 - $side] .= $bytes;
        return self::flush($pair, 1 - $side) && $cut !== 'race';
    }

    private static function flush(object $pair, int $side): bool
    {
        $written = @fwrite($pair->ends[$side], $pair->waiting[$side]);
        $pair->waiting[$side] = substr($pair->waiting[$side], (int) $written);
        return $written !== false;
    }

    private static function cutFor(object $pair, string $bytes): ?string
    {
        $link = $pair->link;
        $tls = str_starts_with($bytes, self::RECORD);
        if (!$link->cuts || !$tls && substr($bytes, 3, 2) !== self::COM_QUERY) {
            return null;
        }
        [$where, $writes, $reset] = $link->cuts[0];
        if ($writes && !($tls ? random_int(1, 3) === 1 : preg_match('/\b(INSERT INTO|UPDATE)\b.*(COMMIT|RELEASE_LOCK)/s', $bytes))) {
            return null;
        }
        array_shift($link->cuts);
        $pair->reset = $reset;
        return $where;
    }
}
