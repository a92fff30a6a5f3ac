<?php
/*
 * SECURE=1: each server of the tests has a certificate, and each PHP with the extension demands the server's name in it, encrypts
 * what it stores and compresses it. The tests themselves see what PHP gave to store.
 */

require_once __DIR__ . '/certificates.php';

final class Secure
{
    /** By which tests and tools/chaos reach their servers. */
    private const NAMES = ['DNS:localhost', 'DNS:db', 'DNS:db.test', 'IP:127.0.0.1', 'IP:127.0.1.1', 'IP:127.0.1.2', 'IP:::1', 'IP:10.98.0.1', 'IP:fe80::1'];

    /** A packet by which a client asks for TLS has this length, with its header. */
    public const REQUEST = 36;

    public static function isOn(): bool
    {
        return (bool) getenv('SECURE');
    }

    /** A server's options. @return array<string, string> */
    public static function options(?array $files = null): array
    {
        $files ??= self::isOn() ? self::files() : null;
        return $files ? ['ssl_ca' => $files['ca'], 'ssl_cert' => $files['certificate'], 'ssl_key' => $files['key']] : [];
    }

    /** The settings of each PHP. @return array<string, string> */
    public static function ini(): array
    {
        return self::isOn() ? [
            'rustsql.tls' => 'verify_identity', 'rustsql.tls_ca' => self::files()['ca'],
            // Not `required`: tests write plain rows, too.
            'rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => self::files()['keys'],
            'rustsql.compression' => 'lz4', 'rustsql.compression_threshold' => '1',
        ] : [];
    }

    /** Throws unless the sessions of that table came by TLS and are all encrypted. */
    public static function verify(Server $server, string $table): void
    {
        $handshakes = $server->query("SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'")[0]['Value'];
        $rows = $server->query("SELECT COUNT(*) AS n, SUM(format >= 16) AS encrypted FROM app.`$table`")[0];
        if ($handshakes < 100 || $rows['n'] < 1 || $rows['n'] !== $rows['encrypted']) {
            throw new RuntimeException("not with TLS and encryption: $handshakes handshakes, $rows[encrypted] of $rows[n] rows encrypted");
        }
    }

    /**
     * A row with the data as PHP gave it to store.
     *
     * @param array<string, ?string>|null $row with `id`, `version`, `format` and `data`
     */
    public static function opened(?array $row): ?array
    {
        $format = (int) ($row['format'] ?? 0);
        // Others are what a test itself has written.
        if (!self::isOn() || ($format & ~1) !== 16) {
            return $row;
        }
        $secret = hex2bin(trim(file_get_contents(self::files()['keys'])));
        [$id, $salt, $data, $tag] = [substr($row['data'], 0, 8), substr($row['data'], 8, 32), substr($row['data'], 40, -16), substr($row['data'], -16)];
        $place = chr($format) . $id . (strlen($row['id']) === 16 ? $row['id'] : hex2bin($row['id'])) . self::pack($row['version']);
        $key = hash_hkdf('sha256', $secret, 32, 'rustsql session data', $salt);
        $data = openssl_decrypt($data, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, str_repeat("\0", 12), $tag, $place);
        if ($data === false) {
            throw new RuntimeException('a row that does not open');
        }
        return ['data' => $format & 1 ? self::expanded($data) : $data] + $row;
    }

    /** An unsigned number of 64 bits, which PHP's integers do not have. */
    private static function pack(string $number): string
    {
        $high = $low = 0;
        foreach (str_split($number) as $digit) {
            $low = $low * 10 + (int) $digit;
            $high = $high * 10 + ($low >> 32);
            $low &= 0xffffffff;
        }
        return pack('NN', $high, $low);
    }

    /** What a block of lz4 expands to, behind its size. */
    private static function expanded(string $block): string
    {
        $at = 4;
        $length = function (int $length) use ($block, &$at): int {
            for ($more = $length === 15 ? 255 : 0; $more === 255; $length += $more) {
                $more = ord($block[$at++]);
            }
            return $length;
        };
        for ($data = '';;) {
            $token = ord($block[$at++]);
            $literals = $length($token >> 4);
            $data .= substr($block, $at, $literals);
            $at += $literals;
            if ($at >= strlen($block)) {
                return $data;
            }
            $back = unpack('v', $block, $at)[1];
            $at += 2;
            for ($copy = 4 + $length($token & 15); $copy > 0; $copy--) {
                $data .= $data[strlen($data) - $back];
            }
        }
    }

    /**
     * For a relay that has to see the packets: if a client's first bytes ask for TLS, passes them on and speaks TLS with both.
     * The client's stream must be without a read buffer, which would take bytes of the handshake.
     *
     * @param resource $client
     * @param resource $server
     */
    public static function relay(string $bytes, $client, $server): bool
    {
        if (strlen($bytes) !== self::REQUEST || !str_starts_with($bytes, "\x20\0\0\1") || !(ord($bytes[5]) & 8)) {
            return false;
        }
        fwrite($server, $bytes);
        $files = self::files();
        stream_context_set_option($client, ['ssl' => ['local_cert' => $files['certificate'], 'local_pk' => $files['key']]]);
        stream_context_set_option($server, ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]);
        foreach ([$client, $server] as $end) {
            stream_set_timeout($end, 5);
        }
        // With TLS 1.3 the server would send tickets, and a read would wait for what follows them.
        @stream_socket_enable_crypto($server, true, STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT);
        @stream_socket_enable_crypto($client, true, STREAM_CRYPTO_METHOD_TLSv1_2_SERVER | STREAM_CRYPTO_METHOD_TLSv1_3_SERVER);
        return true;
    }

    /** Certificates and keys. One process makes them. @return array<string, string> */
    public static function files(): array
    {
        $folder = dirname(__DIR__, 2) . '/target/test/secure-' . hash('crc32b', json_encode(self::NAMES));
        @mkdir(dirname($folder), 0777, true);
        $lock = fopen("$folder.lock", 'c');
        flock($lock, LOCK_EX);
        if (!is_dir($folder)) {
            $certificates = new Certificates;
            $made = $certificates->make('server', $certificates->authority('ca'), self::NAMES, days: [-1, 3650]);
            @mkdir("$folder.new");
            foreach (['ca.pem' => $made->ca, 'server.pem' => $made->certificate, 'server.key' => $made->key] as $name => $file) {
                copy($file, "$folder.new/$name");
            }
            file_put_contents("$folder.new/keys", bin2hex(random_bytes(32)) . "\n");
            rename("$folder.new", $folder);
        }
        fclose($lock);
        return ['ca' => "$folder/ca.pem", 'certificate' => "$folder/server.pem", 'key' => "$folder/server.key", 'keys' => "$folder/keys"];
    }
}
