<?php
/*
 * From session_start() to session_write_close() in one process, against raw.c, which sends the same packets: recorded before
 * from the same PHP, for sessions of its own.
 */
declare(strict_types=1);

const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;

function measure_floor(Measure $measure, string $case): void
{
    [$sessions, $each, $rounds] = $measure->quick ? [100, 100, 3] : [1000, 500, 15];
    foreach (Contestant::canKeep() ? ['rustsql', 'rustsql-kept'] : ['rustsql'] as $name) {
        $kept = $name !== 'rustsql';
        $server = $measure->stack->database('mariadb');
        $record = Stack::folder('state') . "/$name.record";
        record_packets($measure->stack, $name, $record, $sessions, $kept);
        $php = new PhpProcess([...$measure->stack->cli($name), __DIR__ . '/../loop.php', "floor-$name", (string) $sessions, '2048']);
        $raw = new PhpProcess([Stack::folder('') . 'raw', $kept ? 'kept' : 'fresh', $server->socket, Server::PASSWORD, $record]);
        $php->readLine();
        ask($php, 'fill');
        ask($php, 'changed 200');
        ask($raw, '200');
        for ($round = 0; $round < $rounds; $round++) {
            $measure->results[$case][$name][$round]['us'] = (float) ask($php, "changed $each");
            $measure->results[$case]["raw-$name"][$round]['us'] = (float) ask($raw, (string) $each);
        }
        say(sprintf('  %-14s %6.1f us, raw client %6.1f us, ratio %.2f', $name, $measure->median($case, $name, 'us'),
            $measure->median($case, "raw-$name", 'us'), $measure->ratio($case, $name, "raw-$name", 'us')));
    }
}

/** Writes down what one change of each of so many sessions sends; a line for each session. */
function record_packets(Stack $stack, string $name, string $record, int $sessions, bool $kept): void
{
    $socket = $stack->socket('recorder');
    @unlink($socket);
    $recorder = new PhpProcess([getenv('TEST_PHP_EXECUTABLE'), '-n', __DIR__ . '/../recorder.php', $socket, $stack->database('mariadb')->socket, "$record.raw"]);
    $recorder->readLine();
    $ini = ['rustsql.dsn' => str_replace($stack->database('mariadb')->socket, $socket, $stack->database('mariadb')->socketDsn())];
    $php = new PhpProcess([...$stack->cli($name, $ini), __DIR__ . '/../loop.php', "raw-$name", (string) $sessions, '2048']);
    $php->readLine();
    ask($php, 'fill');
    ask($php, 'all');
    $php->wait();
    $ended = $kept ? 1 : 2 * $sessions;
    $lines = Server::waitFor(fn () => count($lines = file("$record.raw", FILE_IGNORE_NEW_LINES)) >= $ended ? $lines : null);
    if (!$kept) {
        file_put_contents($record, implode("\n", array_slice($lines, $sessions)) . "\n");
        return;
    }
    // One connection: the login, the statements that are prepared on it, and two packets for each session that is changed.
    $packets = array_merge(...array_map(fn ($line) => explode(' ', $line), $lines));
    $command = fn (string $packet): int => hexdec(substr($packet, 8, 2));
    $prepared = array_values(array_filter($packets, fn ($packet) => $command($packet) === COM_STMT_PREPARE));
    $update = null;
    foreach ($prepared as $number => $packet) {
        $update = str_starts_with(hex2bin(substr($packet, 10)), 'UPDATE') ? $number + 1 : $update;
    }
    $changes = [];
    foreach ($packets as $at => $packet) {
        if ($command($packet) === COM_STMT_EXECUTE && hexdec(substr($packet, 10, 2)) === $update) {
            $changes[] = $packets[$at - 1] . ' ' . $packet;
        }
    }
    // The first follows the packet that prepares it.
    array_shift($changes);
    if (count($changes) < $sessions - 1) {
        throw new RuntimeException('the sessions did not send two packets each');
    }
    file_put_contents($record, implode("\n", [implode(' ', [$packets[0], ...$prepared]), ...$changes]) . "\n");
}

/** One line to a process, and the line that it answers. */
function ask(PhpProcess $process, string $line, float $seconds = 600): string
{
    $process->write("$line\n");
    return $process->readLine($seconds);
}
