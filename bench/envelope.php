<?php
/*
 * What encryption and compression cost: client CPU of a request that reads and writes a session, and the stored size, against plain
 * sessions in the same run. tools/envelope calls it and says how.
 *
 * Each setting has a PHP process (loop.php) with a kept connection. They take turns in short blocks, so that other load on the machine
 * slows all of them. A ratio is the median over all rounds.
 */
declare(strict_types=1);

foreach (['../php-tests/inc/server', '../php-tests/inc/php', 'measure', 'report', 'cases/floor'] as $file) {
    require __DIR__ . "/$file.php";
}

const SIZES = ['2 KB' => 2 << 10, '64 KB' => 64 << 10];
const SESSIONS = 50;
/** Requests of a block: about 20 ms. */
const REQUESTS = ['2 KB' => 40, '64 KB' => 15];

/** @return array<string, array> the settings, plain first */
function settings(string $key): array
{
    $on = ['rustsql.encryption' => 'required', 'rustsql.encryption_key_file' => $key];
    $settings = ['plain' => [], 'encrypted' => $on];
    foreach (['lz4', 'zstd'] as $compression) {
        $with = ['rustsql.compression' => $compression, 'rustsql.compression_threshold' => '1'];
        $settings += [$compression => $with, "$compression, encrypted" => $with + $on];
    }
    return $settings;
}

function start(Server $server, string $name, array $ini, int $size): PhpProcess
{
    putenv('BENCH_PAYLOAD=basket');
    $ini += ['rustsql.dsn' => $server->socketDsn(), 'rustsql.table' => 'envelope', 'rustsql.persistent' => '1', 'memory_limit' => '256M'];
    $process = new PhpProcess(['taskset', '-c', (string) (1 % (int) shell_exec('nproc')), ...php_command($ini), __DIR__ . '/loop.php', hash('crc32', "$name $size"), (string) SESSIONS, (string) $size]);
    $process->readLine();
    return $process;
}

/** The lines of the table for one size. */
function measure(Server $server, array $settings, string $size, int $rounds): string
{
    $loops = [];
    $stored = [];
    foreach ($settings as $name => $ini) {
        $server->query('DROP TABLE IF EXISTS app.envelope');
        ask(start($server, $name, $ini, SIZES[$size]), 'fill');
        $stored[$name] = (float) $server->query('SELECT AVG(LENGTH(data)) AS bytes FROM app.envelope')[0]['bytes'];
    }
    foreach ($settings as $name => $ini) {
        $loops[$name] = start($server, $name, $ini, SIZES[$size]);
        ask($loops[$name], 'fill');
    }
    $times = [];
    for ($round = -1; $round < $rounds; $round++) {
        foreach (array_keys($settings) as $name) {
            $answer = array_map(floatval(...), explode(' ', ask($loops[$name], 'changed ' . REQUESTS[$size])));
            if ($round >= 0) { // the first one warms up
                $times[$name][] = $answer;
            }
        }
    }
    $lines = '';
    foreach ($times as $name => $rounds) {
        $of = fn (int $what): float => median(array_column($rounds, $what));
        $more = median(array_map(fn ($round, $plain) => $round[1] - $plain[1], $rounds, $times['plain']));
        $ratio = fn (int $what): float => median(array_map(fn ($round, $plain) => $round[$what] / $plain[$what], $rounds, $times['plain']));
        $lines .= sprintf("| %s | %s | %.0f | %.2f | %.0f | %+.0f | %.2f | %.0f | %.2f |\n", $size, $name, $stored[$name], $stored[$name] / $stored['plain'],
            $of(1), $more, $ratio(1), $of(0), $ratio(0));
    }
    return $lines;
}

$key = tempnam(sys_get_temp_dir(), 'key');
register_shutdown_function(fn () => unlink($key));
file_put_contents($key, bin2hex(random_bytes(32)));
$server = Server::start('mariadb');
pin($server->pid, '0');
$page = "## Encryption and compression\n\nWritten by `WRITE=1 tools/envelope` on " . date('Y-m-d') . ', PHP ' . PHP_VERSION . ', MariaDB ' . $server->query('SELECT VERSION() AS v')[0]['v'] . ".\n\n"
    . "A request reads a session and writes it changed, on a kept connection over a Unix socket. The CPU time is that of the PHP process from session_start()\n"
    . "to session_write_close(). The session is a basket of a shop (bench/web/basket.php). The settings take turns. A ratio is the median over all rounds.\n\n"
    . "| session | stored as | bytes | to plain | CPU, us | more than plain, us | CPU to plain | time, us | time to plain |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n";
foreach (array_keys(SIZES) as $size) {
    $page .= measure($server, settings($key), $size, getenv('QUICK') ? 10 : 60);
}
echo $page;
if (getenv('WRITE')) {
    $file = __DIR__ . '/../docs/performance-one-machine.md';
    file_put_contents($file, with_part(file_get_contents($file), 'tools/envelope', $page));
}
