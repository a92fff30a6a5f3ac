<?php
/*
 * A relay that passes on a server's answers byte by byte: no single read times out, but the whole answer is slow.
 *
 *     $slow = new SlowHost($server, true);       from the greeting on
 *     $slow = new SlowHost($server);             once slow() was called
 */

require_once __DIR__ . '/hosts.php';

final class SlowHost
{
    private const PAUSE = 0.2; // seconds between two bytes

    public readonly int $port;
    private readonly PhpProcess $process;

    public function __construct(Server $server, bool $slow = false)
    {
        $code = sprintf('require %s; SlowHost::serve(%d, %d);', var_export(__FILE__, true), $server->port, $slow);
        $this->process = new PhpProcess([helper_php(), '-n', '-r', $code]);
        $this->port = (int) $this->process->readLine();
    }

    public function slow(): void
    {
        $this->process->write("slow\n");
        $this->process->readLine();
    }

    /** The host's own process. */
    public static function serve(int $port, bool $slow): never
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        fwrite(STDOUT, explode(':', stream_socket_get_name($listener, false))[1] . "\n");
        $pairs = [];
        for (;;) {
            $read = [$listener, STDIN];
            foreach ($pairs as [$client, $server]) {
                array_push($read, $client, $server);
            }
            $none = null;
            stream_select($read, $none, $none, 0, (int) (self::PAUSE * 1e6));
            if (in_array(STDIN, $read, true)) {
                fgets(STDIN) === false && exit;
                $slow = true;
                fwrite(STDOUT, "slow\n");
            }
            if (in_array($listener, $read, true)) {
                $pairs[] = [stream_socket_accept($listener), stream_socket_client("tcp://127.0.0.1:$port"), '', 0.0];
            }
            foreach ($pairs as $key => [$client, $server, &$waiting, &$last]) {
                if (in_array($server, $read, true)) {
                    $waiting .= $bytes = (string) fread($server, 65536);
                    $end = $bytes === '';
                }
                if ($waiting !== '' && (!$slow || microtime(true) - $last >= self::PAUSE)) {
                    $count = $slow ? 1 : strlen($waiting);
                    @fwrite($client, substr($waiting, 0, $count));
                    $waiting = substr($waiting, $count);
                    $last = microtime(true);
                }
                if (in_array($client, $read, true)) {
                    $bytes = (string) fread($client, 65536);
                    $bytes === '' ? $end = true : @fwrite($server, $bytes);
                }
                if ($end ?? false) {
                    fclose($client);
                    fclose($server);
                    unset($pairs[$key]);
                }
                unset($waiting, $last, $end);
            }
        }
    }
}
