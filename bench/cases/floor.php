<?php
/*
 * From session_start() to session_write_close() in one process, against raw.c, which sends the same packets: recorded before
 * from the same PHP, for sessions of its own.
 */
declare(strict_types=1);

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
    // One connection: the login, the packets of each session as it was made, and of each as it was changed.
    $packets = array_merge(...array_map(fn ($line) => explode(' ', $line), $lines));
    $login = array_shift($packets);
    $quit = array_pop($packets);
    $text = fn (string $packet): string => substr(hex2bin($packet), 5);
    $first = array_key_first(array_filter($packets, fn ($packet) => str_starts_with($text($packet), 'UPDATE')));
    // A change begins with the packet before its UPDATE.
    $changes = array_slice($packets, $first - 1);
    $each = intdiv(count($changes), $sessions);
    if ($each * $sessions !== count($changes)) {
        throw new RuntimeException('the sessions did not send equally many packets');
    }
    file_put_contents($record, implode("\n", array_map(fn ($chunk) => implode(' ', [$login, ...$chunk]), array_chunk($changes, $each))) . "\n");
}

/** One line to a process, and the line that it answers. */
function ask(PhpProcess $process, string $line, float $seconds = 600): string
{
    $process->write("$line\n");
    return $process->readLine($seconds);
}
