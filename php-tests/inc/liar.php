<?php
/*
 * A relay between PHP and a server, in its own process, that changes the server's packets: at random, or as a test says.
 *
 *     $liar = new Liar($server);
 *     $liar->lie(['seed' => 7]);                      from the server's next packet on
 *     $liar->lie(['at' => 1, 'kind' => 'empty', 'where' => 'head']);     instead of the first packet that begins an answer
 *     ... PHP with $liar->dsn() ...
 *     echo $liar->lies();                             the changes, one in each line
 *
 * It never changes the values in a row, only their lengths: a client cannot detect changed values without a checksum. It also
 * never removes a packet, or adds a column, and renumbers the next packets: that would be a valid answer.
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';

final class Liar
{
    public const KINDS = ['cut', 'silence', 'delay', 'length', 'number', 'first', 'byte', 'empty', 'drop', 'twice', 'twice renumbered',
        'swap', 'error', 'ok', 'insert', 'columns', 'noise', 'surplus'];
    /** Error numbers that the extension handles, and an unknown one. */
    private const ERRORS = [1020, 1040, 1045, 1047, 1053, 1062, 1146, 1180, 1205, 1213, 1290, 1317, 1927, 1969, 3024, 3572, 4031, 65535];

    private readonly PhpProcess $process;
    private readonly int $port;

    public function __construct(private readonly Server $server)
    {
        $code = sprintf('require %s; Liar::serve(%d);', var_export(__FILE__, true), $server->port);
        $this->process = new PhpProcess([helper_php(), '-n', '-r', $code]);
        $this->port = (int) $this->process->readLine();
    }

    public function dsn(string $params = ''): string
    {
        return $this->server->dsn($params, ['port' => $this->port]);
    }

    /**
     * `seed` picks the rest. `kind`: one of KINDS, or `version`, which is that of a greeting; `where`: greeting, login, accepted (the login's end), head, column, row or
     * end; `at`: the how manieth such packet from now on; `every`: and every so manieth after it; `bytes`: the content that is
     * inserted, or put in place of the packet.
     */
    public function lie(array $lie): void
    {
        $this->process->write(json_encode(array_map(fn ($value) => is_string($value) ? base64_encode($value) : $value, $lie)) . "\n");
        $this->process->readLine();
    }

    /** Returns the changes since the last call of lie(), and stops changing packets. */
    public function lies(): string
    {
        $this->process->write("[]\n");
        return $this->process->readLine();
    }

    private array $lie = [];
    private array $told = [];
    private int $seen = 0;

    /** Runs in the relay's own process. */
    public static function serve(int $port): never
    {
        (new ReflectionClass(self::class))->newInstanceWithoutConstructor()->run($port);
    }

    private function run(int $port): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        $pairs = [];
        for (;;) {
            $read = [$listener, STDIN];
            foreach ($pairs as $pair) {
                array_push($read, $pair->client, $pair->server);
            }
            $none = null;
            stream_select($read, $none, $none, null);
            if (in_array(STDIN, $read, true)) {
                $line = fgets(STDIN);
                if ($line === false) {
                    exit;
                }
                fwrite(STDOUT, implode('; ', $this->told) . "\n");
                [$this->told, $this->seen] = [[], 0];
                $lie = json_decode($line, true);
                $this->lie = array_map(fn ($value) => is_string($value) ? base64_decode($value) : $value, $lie);
                $this->pick();
            }
            if (in_array($listener, $read, true)) {
                $client = stream_socket_accept($listener);
                stream_set_read_buffer($client, 0); // see Secure::relay()
                $pairs[] = (object) ['client' => $client, 'server' => stream_socket_client("tcp://127.0.0.1:$port"), 'first' => true,
                    'unread' => '', 'where' => 'greeting', 'columns' => 0, 'later' => '', 'shift' => 0, 'silent' => false];
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
                    if ($pair->where === 'over') {
                        $pair->where = 'head';
                    }
                    $pair->shift = 0;
                    @fwrite($pair->server, $bytes);
                }
                if ($open && in_array($pair->server, $read, true)) {
                    $bytes = (string) @fread($pair->server, 65536);
                    $open = $bytes !== '' && $this->pass($pair, $bytes);
                }
                if (!$open) {
                    fclose($pair->client);
                    fclose($pair->server);
                    unset($pairs[$key]);
                }
            }
        }
    }

    private function pick(): void
    {
        if (!isset($this->lie['seed'])) {
            return;
        }
        mt_srand($this->lie['seed']);
        $this->lie += [
            'kind' => self::KINDS[mt_rand(0, count(self::KINDS) - 1)],
            'at' => mt_rand(1, mt_rand(0, 2) ? 30 : 5),
            'every' => mt_rand(0, 3) ? 0 : mt_rand(1, 20),
        ];
    }

    /** Passes on the server's packets. False: the connection ends. */
    private function pass(object $pair, string $bytes): bool
    {
        $pair->unread .= $bytes;
        while (strlen($pair->unread) >= 4) {
            $length = unpack('V', $pair->unread)[1] & 0xffffff;
            if (strlen($pair->unread) < 4 + $length) {
                break;
            }
            $packet = substr($pair->unread, 0, 4 + $length);
            $pair->unread = substr($pair->unread, 4 + $length);
            $where = self::step($pair, substr($packet, 4));
            $packet[3] = chr(ord($packet[3]) + $pair->shift & 255);
            [$passed, $goesOn] = $this->isDue($where) ? $this->change($pair, $where, $packet) : [$packet, true];
            if ($passed !== '' && $pair->later !== '') {
                [$passed, $pair->later] = [$passed . $pair->later, ''];
            }
            if (!$pair->silent) {
                @fwrite($pair->client, $passed);
            }
            if (!$goesOn) {
                return false;
            }
        }
        return true;
    }

    /** The kind of a packet, which depends on the packets before it. There is no EOF packet between columns and rows (CLIENT_DEPRECATE_EOF). */
    private static function step(object $pair, string $content): string
    {
        $where = $pair->where;
        $first = ord($content[0] ?? "\0");
        $more = fn (int $flags) => ord($content[$flags] ?? "\0") & 8 ? 'head' : 'over';
        if ($where === 'head') {
            // MariaDB says in a second byte whether the columns follow, or are those that it has sent before.
            $pair->columns = ($content[1] ?? "\1") === "\1" ? $first : 0;
        } elseif ($where === 'column') {
            $pair->columns--;
        }
        $pair->where = match (true) {
            $where === 'greeting' => 'login',
            $where === 'login' => $first === 0 ? 'over' : 'login',
            $where === 'head' && $first === 0 => $more(3),
            $first === 0xff => 'over',
            in_array($where, ['head', 'column']) => $pair->columns > 0 ? 'column' : 'row',
            $where === 'row' && $first === 0xfe => $more(3),
            default => $where,
        };
        return match (true) {
            $where === 'row' && $first === 0xfe => 'end',
            $where === 'login' && $first === 0 => 'accepted',
            default => $where,
        };
    }

    private function isDue(string $where): bool
    {
        if (!isset($this->lie['kind']) || isset($this->lie['where']) && $this->lie['where'] !== $where) {
            return false;
        }
        if (in_array($where, ['column', 'end']) && in_array($this->lie['kind'], ['insert', 'twice renumbered'])) {
            return false;
        }
        $after = ++$this->seen - $this->lie['at'];
        $every = $this->lie['every'] ?? 0;
        return $after === 0 || $every && $after > 0 && $after % $every === 0;
    }

    /** @return array{string, bool} the bytes that replace a packet, and whether the connection goes on */
    private function change(object $pair, string $where, string $packet): array
    {
        [$header, $content] = [substr($packet, 0, 3), substr($packet, 4)];
        $number = ord($packet[3]);
        $kind = $this->lie['kind'];
        $this->told[] = "$kind in $where, packet $this->seen";
        $random = fn () => chr(mt_rand(0, 255));
        $lengths = ["\0\0\0", "\xff\xff\xff", chr((strlen($content) + 1) & 255) . substr($header, 1), chr((strlen($content) - 1) & 255) . substr($header, 1),
            $random() . $random() . "\0"];
        switch ($kind) {
            case 'cut':
                return [substr($packet, 0, mt_rand(0, strlen($packet) - 1)), false];
            case 'silence':
                $pair->silent = true;
                return [$packet, true];
            case 'delay':
                usleep(mt_rand(1000, 500000));
                return [$packet, true];
            case 'length':
                return [$lengths[mt_rand(0, count($lengths) - 1)] . chr($number) . $content, true];
            case 'number':
                return [$header . $random() . $content, true];
            case 'byte':
            case 'first':
                $at = $kind === 'first' ? 0 : mt_rand(0, strlen($content) - 1);
                if ($where === 'row') {
                    $lengthsAt = self::lengthsIn($content);
                    $at = $kind === 'first' ? 0 : $lengthsAt[mt_rand(0, count($lengthsAt) - 1)];
                }
                $content[$at] = mt_rand(0, 1) ? $random() : ["\0", "\1", "\xfb", "\xfc", "\xfd", "\xfe", "\xff"][mt_rand(0, 6)];
                return [$header . chr($number) . $content, true];
            case 'empty':
                return [self::packet($number, ''), true];
            case 'drop':
                return ['', true];
            case 'twice renumbered':
                $pair->shift++;
                return [$packet . self::packet($number + 1, $content), true];
            case 'twice':
                return [$packet . $packet, true];
            case 'swap':
                $pair->later = $packet;
                return ['', true];
            case 'error':
                return [self::packet($number, "\xff" . pack('v', self::ERRORS[mt_rand(0, count(self::ERRORS) - 1)]) . '#HY000It is not so'), true];
            case 'ok':
                return [self::packet($number, $this->lie['bytes'] ?? "\0" . chr(mt_rand(0, 2)) . "\0\2\0\0\0"), true];
            case 'insert':
                $pair->shift++;
                return [self::packet($number, $this->lie['bytes'] ?? self::bomb()) . self::packet($number + 1, $content), true];
            case 'columns':
                return [self::packet($number, $this->lie['bytes'] ?? self::bomb()), true];
            case 'surplus':
                // It looks like the answer to the next command, which the client has not sent.
                return [$packet . self::packet(1, $this->lie['bytes'] ?? self::bomb()), true];
            case 'version':
                return [self::packet($number, $content[0] . $this->lie['bytes'] . strstr($content, "\0")), true];
            case 'flood':
                // A packet of 900 MB; the client may stop reading before its end.
                for ($frame = $number; $frame < $number + 56; $frame++) {
                    if (!@fwrite($pair->client, "\xff\xff\xff" . chr($frame & 255) . str_repeat('x', 0xffffff))) {
                        break;
                    }
                }
                return ['', false];
            case 'noise':
                return [implode(array_map($random, range(1, mt_rand(1, 2000)))), (bool) mt_rand(0, 1)];
        }
    }

    /** Numbers of columns, or lengths, that exceed any memory. */
    private static function bomb(): string
    {
        $first = ["\xfe\0\0\0\0\0\1\0\0", "\xfe\xff\xff\xff\xff\xff\xff\xff\x7f", "\xfe\0\0\0\x40\0\0\0\0", "\xfd\xff\xff\xff", "\xfc\xff\xff",
            "\3def\xfe\0\0\0\x40\0\0\0\0", "\x13\xfe\0\0\0\x40\0\0\0\0"];
        return $first[mt_rand(0, count($first) - 1)];
    }

    /** The offsets of the values' lengths in a row. @return int[] */
    private static function lengthsIn(string $row): array
    {
        $places = [];
        for ($at = 0; $at < strlen($row);) {
            $places[] = $at;
            $length = ord($row[$at]);
            $at += match ($length) {
                0xfb => 1,
                0xfc => 3 + unpack('v', $row, $at + 1)[1],
                default => 1 + $length,
            };
        }
        return $places;
    }

    private static function packet(int $number, string $content): string
    {
        return substr(pack('V', strlen($content)), 0, 3) . chr($number & 255) . $content;
    }
}
