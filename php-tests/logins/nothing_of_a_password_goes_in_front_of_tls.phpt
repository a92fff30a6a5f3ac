--TEST--
If TLS is required, a server gets no user and no password before TLS is up, also if it offers no TLS or continues without it
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require_once __DIR__ . '/../inc/certificates.php';

$authority = (new Certificates)->authority('ca');
const SSL = 0x0800;
const WAITS = "\x01\x04";

function packet(int $number, string $content): string
{
    return substr(pack('V', strlen($content)), 0, 3) . chr($number) . $content;
}

/** What a client sends to a server that greets so, and then says `$said` to its first and to its second packet. */
function heard(array $params, bool $offers, array $said): array
{
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    $port = (int) explode(':', stream_socket_get_name($listener, false))[1];
    $query = http_build_query($params, '', '&', PHP_QUERY_RFC3986);
    $client = php_start('var_dump(session_start());', ['rustsql.cleartext' => '1', 'rustsql.connect_timeout' => '5',
        'rustsql.dsn' => "mysql://the-user:its-secret@0.0.0.0:$port/the-database?$query"]);
    $server = stream_socket_accept($listener, 60);
    fclose($listener);
    $flags = 0xffff & ~($offers ? 0 : SSL);
    fwrite($server, packet(0, "\x0a9.7.4\0\1\0\0\0abcdefgh\0" . pack('v', $flags) . "\xff\2\0\xff\xdf\x15" . str_repeat("\0", 10) . "ijklmnopqrst\0caching_sha2_password\0"));
    $heard = '';
    foreach ($said as $number => $content) {
        $bytes = (string) fread($server, 65536);
        $heard .= $bytes;
        if ($bytes === '') {
            break;
        }
        @fwrite($server, packet(2 * $number + 2, $content));
    }
    stream_socket_shutdown($server, STREAM_SHUT_WR);
    $heard .= stream_get_contents($server);
    return [$heard, $client->wait()['out']];
}

function is_silent(string $heard, string $what): void
{
    foreach (['the-user', 'its-secret', 'the-database', sha1('its-secret', true), hash('sha256', 'its-secret', true)] as $part) {
        check(!str_contains($heard, $part), "$what: nothing of the account", bin2hex($heard));
    }
}

$questions = [
    'clear text' => ["\xfemysql_clear_password\0", "\0\0\0\2\0\0\0"],
    'full sha2' => [WAITS, WAITS],
    'sha2 of another account' => ["\xfecaching_sha2_password\0abcdefghijklmnopqrst\0", WAITS],
    'accepted' => ["\0\0\0\2\0\0\0", "\0\0\0\2\0\0\0"],
];
foreach (['required' => [], 'verify_ca' => ['tls_ca' => $authority->certificate], 'verify_identity' => ['tls_ca' => $authority->certificate]] as $mode => $params) {
    foreach ($questions as $question => $said) {
        [$heard, $out] = heard(['tls' => $mode] + $params, false, $said);
        same('', $heard, "$mode, $question, no TLS offered");
        one_warning('TLS', $out, "$mode, $question, no TLS offered");
        has('bool(false)', $out, "$mode, $question, no TLS offered");
        [$heard, $out] = heard(['tls' => $mode] + $params, true, $said);
        // A packet that asks for TLS, then TLS itself.
        same("\x20\0\0\1", substr($heard, 0, 4), "$mode, $question, no TLS spoken: asked for");
        same("\x16\3", substr($heard, 36, 2), "$mode, $question, no TLS spoken: begun");
        is_silent($heard, "$mode, $question, no TLS spoken");
        has('bool(false)', $out, "$mode, $question, no TLS spoken");
    }
}
// Where plain TCP is allowed, the password itself still never goes over it.
foreach (['disabled', 'preferred'] as $mode) {
    foreach (['clear text', 'sha2 of another account'] as $question) {
        [$heard, $out] = heard(['tls' => $mode], false, $questions[$question]);
        has('the-user', $heard, "$mode, $question: logs in");
        check(!str_contains($heard, 'its-secret'), "$mode, $question: no password", bin2hex($heard));
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
