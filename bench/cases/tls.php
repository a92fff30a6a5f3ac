<?php
/*
 * What TLS costs from session_start() to session_write_close(), over TCP on loopback: a process for each mode, which take turns.
 * A process shakes hands in full once; its other fresh connections resume that session of TLS.
 */
declare(strict_types=1);

const TLS_SERVERS = ['MariaDB' => 'mariadb', 'MySQL' => 'mysql'];
const TLS_MODES = ['disabled', 'required', 'verify_ca'];

function measure_tls(Measure $measure, string $case): void
{
    [$sessions, $each, $rounds] = $measure->quick ? [50, 20, 3] : [200, 30, 80];
    $files = Secure::files();
    foreach (TLS_SERVERS as $title => $flavour) {
        $server = Server::start($flavour, Secure::options($files) + Stack::databaseOptions($flavour));
        pin($server->pid, '0');
        foreach (['fresh' => 'rustsql-tcp', 'kept' => 'rustsql-tcp-kept'] as $connection => $name) {
            $php = [];
            foreach (TLS_MODES as $mode) {
                $ini = ['rustsql.dsn' => $server->dsn("tls=$mode" . ($mode === 'verify_ca' ? "&tls_ca=$files[ca]" : '')), 'rustsql.table' => 'tls'];
                $php[$mode] = new PhpProcess([...$measure->stack->cli($name, $ini), __DIR__ . '/../loop.php', strtr("$connection-$mode", "_", "-"), (string) $sessions, '2048']);
                $php[$mode]->readLine();
                pin($php[$mode]->pid, (string) (((int) shell_exec('nproc')) - 1));
                ask($php[$mode], 'fill');
                ask($php[$mode], 'changed 20');
            }
            for ($round = 0; $round < $rounds; $round++) {
                foreach (shuffled(TLS_MODES) as $mode) {
                    [$us, $cpu] = array_map(floatval(...), explode(' ', ask($php[$mode], "changed $each")));
                    $measure->results[$case]["$title $connection $mode"][$round] = ['us' => $us, 'cpu' => $cpu];
                }
            }
            foreach (TLS_MODES as $mode) {
                $which = "$title $connection $mode";
                say(sprintf('  %-24s %6.1f us, %.2f of plain; CPU %6.1f us', $which, $measure->median($case, $which, 'us'),
                    $measure->ratio($case, $which, "$title $connection disabled", 'us'), $measure->median($case, $which, 'cpu')));
            }
            // MariaDB does not count them.
            if ($connection === 'fresh' && $flavour === 'mysql') {
                $status = array_column($server->query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Ssl_finished_accepts', 'Ssl_session_cache_hits')"), 'Value', 'Variable_name');
                say("  TLS handshakes: $status[Ssl_finished_accepts], of which resumed: $status[Ssl_session_cache_hits]");
                if ($status['Ssl_session_cache_hits'] < 0.9 * $status['Ssl_finished_accepts']) {
                    throw new RuntimeException('fresh connections do not resume TLS');
                }
            }
        }
        $server->stop();
    }
}

function shuffled(array $list): array
{
    shuffle($list);
    return $list;
}
