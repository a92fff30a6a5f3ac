<?php
/*
 * From session_start() to session_write_close() in one process, against raw.c, which sends the same packets: recorded before
 * from the same PHP, for sessions of its own. Client and server take turns, so one core is enough for both, and no time goes
 * into waking another one that has halted, which in a virtual machine may take longer than the packet. But then each finds the
 * caches full of the other's; on a core of its own it does not.
 */
declare(strict_types=1);

const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;

/** The server is on core 0. */
function measure_floor(Measure $measure, string $case, string $core): void
{
    [$sessions, $each, $rounds] = $measure->quick ? [100, 100, 3] : [1000, 500, 15];
    foreach (['rustsql', 'rustsql-kept'] as $name) {
        $kept = $name !== 'rustsql';
        $server = $measure->stack->database('mariadb');
        $record = Stack::folder('state') . "/$case-$name.record";
        record_packets($measure->stack, $name, $record, $sessions, $kept);
        $php = new PhpProcess([...$measure->stack->cli($name), __DIR__ . '/../loop.php', "php-$case-$name", (string) $sessions, '2048']);
        $raw = new PhpProcess([Stack::folder('') . 'raw', $kept ? 'kept' : 'fresh', $server->socket, Server::PASSWORD, $record]);
        $php->readLine();
        pin($server->pid, '0');
        array_map(fn (int $pid) => pin($pid, $core), [$php->pid, $raw->pid]);
        ask($php, 'fill');
        ask($php, 'changed 200');
        ask($raw, '200');
        for ($round = 0; $round < $rounds; $round++) {
            foreach ([$name => [$php, "changed $each"], "raw-$name" => [$raw, (string) $each]] as $which => [$process, $line]) {
                $cpu = Measure::cpuOfThreads([$process->pid]);
                $us = (float) ask($process, $line);
                $cpu = (Measure::cpuOfThreads([$process->pid]) - $cpu) / $each * 1e6;
                $measure->results[$case][$which][$round] = ['us' => $us, 'cpu' => $cpu];
            }
        }
        say(sprintf('  %-14s %6.1f us, raw client %6.1f us, ratio %.2f; CPU %.1f and %.1f us', $name, $measure->median($case, $name, 'us'),
            $measure->median($case, "raw-$name", 'us'), $measure->ratio($case, $name, "raw-$name", 'us'),
            $measure->median($case, $name, 'cpu'), $measure->median($case, "raw-$name", 'cpu')));
    }
}

/** All threads of a process, and those to come, run on these cores alone. */
function pin(int $pid, string $cores): void
{
    // It fails when a thread ends meanwhile, and a server ends one for each connection.
    $out = [];
    $pinned = function () use ($cores, $pid, &$out): bool {
        $out = [];
        exec("taskset -a -c -p $cores $pid 2>&1", $out, $exit);
        return $exit === 0;
    };
    try {
        Server::waitFor($pinned, 30);
    } catch (RuntimeException) {
        throw new RuntimeException((string) end($out));
    }
}

/** A case that pins a server, which serves other cases after it, however it ends. */
function unpinning(string $database, callable $case): callable
{
    return function (Measure $measure, string $name) use ($database, $case): void {
        try {
            $case($measure, $name);
        } finally {
            pin($measure->stack->database($database)->pid, '0-' . (int) shell_exec('nproc --all') - 1);
        }
    };
}

/** Writes down what one change of each of so many sessions sends; a line for each session. */
function record_packets(Stack $stack, string $name, string $record, int $sessions, bool $kept): void
{
    $socket = $stack->socket('recorder');
    @unlink($socket);
    $recorder = new PhpProcess([getenv('TEST_PHP_EXECUTABLE'), '-n', __DIR__ . '/../recorder.php', $socket, $stack->database('mariadb')->socket, "$record.raw"]);
    $recorder->readLine();
    $ini = ['rustsql.dsn' => str_replace($stack->database('mariadb')->socket, $socket, $stack->database('mariadb')->socketDsn())];
    $php = new PhpProcess([...$stack->cli($name, $ini), __DIR__ . '/../loop.php', 'raw-' . basename($record, '.record'), (string) $sessions, '2048']);
    $php->readLine();
    ask($php, 'fill');
    ask($php, 'all');
    $php->wait();
    $ended = $kept ? 1 : 2 * $sessions;
    // Each line with its end: the last may still be on its way.
    $lines = Server::waitFor(fn () => count($lines = explode("\n", file_get_contents("$record.raw"))) > $ended ? array_slice($lines, 0, -1) : null);
    if (!$kept) {
        file_put_contents($record, implode("\n", array_slice($lines, $sessions)) . "\n");
        return;
    }
    // One connection: the login, the statements that are prepared on it, and two packets for each session that is changed.
    $packets = array_merge(...array_map(fn ($line) => explode(' ', $line), $lines));
    $command = fn (string $packet): int => hexdec(substr($packet, 8, 2));
    // Of the statements that change a session, the one that most did: now and then the expiry moves, too. Each is executed at
    // once when it is prepared; the server may begin to count anywhere, the record begins with 1.
    [$prepared, $numbers, $changes] = [[], [], []];
    foreach ($packets as $at => &$packet) {
        if ($command($packet) === COM_STMT_PREPARE) {
            $numbers[substr($packets[$at + 1], 10, 8)] = count($prepared) + 1;
            $prepared[] = $packet;
        } elseif ($command($packet) === COM_STMT_EXECUTE) {
            $number = $numbers[substr($packet, 10, 8)];
            $packet = substr_replace($packet, bin2hex(pack('V', $number)), 10, 8);
            if (str_starts_with(hex2bin(substr($prepared[$number - 1], 10)), 'UPDATE') && $command($packets[$at - 1]) === COM_STMT_EXECUTE) {
                $changes[$number][] = $packets[$at - 1] . ' ' . $packet;
            }
        }
    }
    unset($packet);
    uasort($changes, fn ($a, $b) => count($b) <=> count($a));
    $update = array_key_first($changes);
    $changes = $changes[$update] ?? [];
    if (count($changes) < $sessions / 2) {
        throw new RuntimeException('the sessions did not send two packets each');
    }
    // The raw client takes the last UPDATE that it prepares for the one that is sent.
    $prepared = array_slice($prepared, 0, $update);
    file_put_contents($record, implode("\n", [implode(' ', [$packets[0], ...$prepared]), ...$changes]) . "\n");
}

/** One line to a process, and the line that it answers. */
function ask(PhpProcess $process, string $line, float $seconds = 600): string
{
    $process->write("$line\n");
    return $process->readLine($seconds);
}
