<?php
/*
 * Stands between PHP and a server and writes down what PHP sends: one line for each connection, its packets in hexadecimal.
 *
 *     php recorder.php LISTENING_SOCKET SERVER_SOCKET FILE      until it is killed; one connection at a time
 */
declare(strict_types=1);

[, $listening, $to, $file] = $argv;
$listener = stream_socket_server("unix://$listening");
echo "ready\n";
$record = fopen($file, 'w');
while ($client = stream_socket_accept($listener, -1)) {
    $server = stream_socket_client("unix://$to");
    $sent = '';
    do {
        [$read, $none] = [[$client, $server], null];
        stream_select($read, $none, $none, null);
        foreach ($read as $from) {
            $bytes = (string) fread($from, 1 << 16);
            if ($from === $client) {
                $sent .= $bytes;
                @fwrite($server, $bytes);
            } else {
                @fwrite($client, $bytes);
            }
        }
    } while ($bytes !== '');
    $packets = [];
    for ($at = 0; $at + 4 <= strlen($sent); $at += $length) {
        $length = 4 + (unpack('V', $sent, $at)[1] & 0xffffff);
        $packets[] = bin2hex(substr($sent, $at, $length));
    }
    fwrite($record, implode(' ', $packets) . "\n");
    fflush($record);
}
