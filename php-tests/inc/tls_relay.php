<?php
/*
 * A relay between PHP and a server, in its own process, that keeps what both say, and can change the server's greeting.
 *
 *     $relay = new TlsRelay($server);
 *     $relay->set(['strip' => true]);          takes TLS out of the greeting of the next connections
 *     ... PHP connects to $relay->port ...
 *     [$connection] = $relay->connections();   those that have ended since the last call
 *     $connection->plain(), $connection->isResumed() ...
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

final class TlsRelay
{
    /** The byte of CLIENT_SSL behind the connection id, the salt and its NUL, and the flag in it. */
    private const FLAGS_AT = 4 + 8 + 1 + 1;
    private const SSL = 0x08;

    public readonly int $port;
    private readonly PhpProcess $process;

    public function __construct(Server $server)
    {
        $code = sprintf('require %s; TlsRelay::serve(%d);', var_export(__FILE__, true), $server->port);
        $this->process = new PhpProcess([helper_php(), '-n', '-r', $code]);
        $this->port = (int) $this->process->readLine();
    }

    /**
     * For the connections from now on. `strip`: their greeting offers no TLS. `inject`: bytes behind the greeting. `after`: so many bytes of
     * the server behind its greeting are passed on, then none. `slowly`: one byte of the server at a time.
     */
    public function set(array $how): void
    {
        $this->ask(['set' => array_map(fn ($value) => is_string($value) ? base64_encode($value) : $value, $how)]);
    }

    /** The connections that have ended since the last call; `$count`: waits for so many. @return list<TlsConnection> */
    public function connections(int $count = 1): array
    {
        $all = [];
        Server::waitFor(function () use (&$all, $count): bool {
            array_push($all, ...$this->ask(['take' => true]));
            return count($all) >= $count;
        });
        return array_map(fn ($one) => new TlsConnection(base64_decode($one[0]), base64_decode($one[1])), $all);
    }

    private function ask(array $what): array
    {
        $this->process->write(json_encode($what) . "\n");
        return json_decode($this->process->readLine(), true);
    }

    /** The relay's own process. */
    public static function serve(int $port): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        [$pairs, $how, $ended] = [[], [], []];
        for (;;) {
            $read = [$listener, STDIN];
            foreach ($pairs as $pair) {
                array_push($read, $pair->client, $pair->server);
            }
            $none = null;
            // A byte that is held back goes on by and by.
            $held = array_filter($pairs, fn ($pair) => $pair->held !== '' && $pair->slowly);
            stream_select($read, $none, $none, $held ? 0 : null, $held ? 20000 : null);
            if (in_array(STDIN, $read, true)) {
                $line = fgets(STDIN);
                $line === false && exit;
                $asked = json_decode($line, true);
                if (isset($asked['set'])) {
                    $how = array_map(fn ($value) => is_string($value) ? base64_decode($value) : $value, $asked['set']);
                    fwrite(STDOUT, "[]\n");
                } else {
                    fwrite(STDOUT, json_encode($ended) . "\n");
                    $ended = [];
                }
            }
            if (in_array($listener, $read, true)) {
                $pairs[] = (object) ['client' => stream_socket_accept($listener), 'server' => stream_socket_client("tcp://127.0.0.1:$port"),
                    'asked' => '', 'answered' => '', 'held' => '', 'left' => $how['after'] ?? PHP_INT_MAX, 'slowly' => $how['slowly'] ?? false, 'how' => $how];
            }
            foreach ($pairs as $key => $pair) {
                $open = true;
                if (in_array($pair->client, $read, true)) {
                    $bytes = (string) fread($pair->client, 65536);
                    $open = $bytes !== '';
                    $pair->asked .= $bytes;
                    @fwrite($pair->server, $bytes);
                }
                if ($open && in_array($pair->server, $read, true)) {
                    $bytes = (string) fread($pair->server, 65536);
                    $open = $bytes !== '';
                    $pair->held .= $pair->answered === '' && $pair->held === '' ? self::greeting($bytes, $pair->how) : $bytes;
                }
                // The greeting is never held back.
                $greets = $pair->answered === '';
                $length = $greets ? strlen($pair->held) : min($pair->left, $pair->slowly ? 1 : PHP_INT_MAX);
                $part = substr($pair->held, 0, $length);
                if ($part !== '') {
                    @fwrite($pair->client, $part);
                    $pair->held = substr($pair->held, strlen($part));
                    $pair->answered .= $part;
                    $pair->left -= $greets ? 0 : strlen($part);
                }
                if (!$open) {
                    fclose($pair->client);
                    fclose($pair->server);
                    unset($pairs[$key]);
                    $ended[] = [base64_encode($pair->asked), base64_encode($pair->answered)];
                }
            }
        }
    }

    private static function greeting(string $bytes, array $how): string
    {
        if ($how['strip'] ?? false) {
            $at = strpos($bytes, "\0", 5) + self::FLAGS_AT + 1;
            $bytes[$at] = chr(ord($bytes[$at]) & ~self::SSL);
        }
        return $bytes . ($how['inject'] ?? '');
    }
}

/** What client and server have sent. */
final class TlsConnection
{
    private const HANDSHAKE = 22;
    private const CLIENT_HELLO = 1;
    private const SERVER_HELLO = 2;
    private const CERTIFICATE = 11;
    private const PRE_SHARED_KEY = 41;

    public function __construct(public readonly string $asked, public readonly string $answered)
    {
    }

    /** The client's packets in front of TLS, or all of its bytes. */
    public function plain(): string
    {
        return $this->isTls() ? substr($this->asked, 0, $this->begin()) : $this->asked;
    }

    public function isTls(): bool
    {
        return ($this->asked[$this->begin()] ?? '') === chr(self::HANDSHAKE);
    }

    /** The server took up a TLS session of an earlier connection, so it has sent no certificate. */
    public function isResumed(): bool
    {
        $hello = self::messages(substr($this->answered, self::length($this->answered)));
        if (!isset($hello[self::SERVER_HELLO])) {
            throw new RuntimeException('no answer of a server to a TLS handshake');
        }
        // TLS 1.3 encrypts the certificate, and names the session that is taken up.
        return self::isTls13($hello[self::SERVER_HELLO])
            ? in_array(self::PRE_SHARED_KEY, self::extensions($hello[self::SERVER_HELLO])) : !isset($hello[self::CERTIFICATE]);
    }

    /** The TLS records of application data that the client sent in its last packets, their lengths. */
    public function records(): array
    {
        $lengths = [];
        for ($at = $this->begin(); $at + 5 <= strlen($this->asked); $at += 5 + $length) {
            $length = unpack('n', $this->asked, $at + 3)[1];
            $lengths[] = $length;
        }
        return $lengths;
    }

    /** The first packet of the client is either the login or the request for TLS. */
    private function begin(): int
    {
        return self::length($this->asked);
    }

    private static function length(string $packets): int
    {
        return strlen($packets) < 4 ? 0 : 4 + (unpack('V', $packets)[1] & 0xffffff);
    }

    /** The handshake messages in clear text: type => content. */
    private static function messages(string $records): array
    {
        $text = '';
        for ($at = 0; $at + 5 <= strlen($records) && ord($records[$at]) === self::HANDSHAKE; $at += 5 + $length) {
            $length = unpack('n', $records, $at + 3)[1];
            $text .= substr($records, $at + 5, $length);
        }
        $messages = [];
        for ($at = 0; $at + 4 <= strlen($text); $at += 4 + $length) {
            $length = unpack('N', "\0" . substr($text, $at + 1, 3))[1];
            $messages[ord($text[$at])] ??= substr($text, $at + 4, $length);
        }
        return $messages;
    }

    /** The numbers of a ServerHello's extensions. */
    private static function extensions(string $hello): array
    {
        // version, random, session id, cipher, compression, length
        $at = 2 + 32 + 1 + ord($hello[34]) + 2 + 1 + 2;
        for ($numbers = []; $at + 4 <= strlen($hello); $at += 4 + unpack('n', $hello, $at + 2)[1]) {
            $numbers[] = unpack('n', $hello, $at)[1];
        }
        return $numbers;
    }

    private static function isTls13(string $hello): bool
    {
        return in_array(43, self::extensions($hello)); // supported_versions
    }
}
