--TEST--
A server packet that is lost, changed or invented causes no crash, no wait past the timeouts, no wrong data, no lost acknowledged write, and leaves no lock
--DESCRIPTION--
LYING_SEEDS=100-140 for others; a minute is what a test may take. Each seed is a lie, see inc/liar.php.
--FILE--
<?php
require __DIR__ . '/../inc/liar.php';
require __DIR__ . '/../inc/session.php';

[$from, $to] = explode('-', getenv('LYING_SEEDS') ?: '1-24');
// One request for each line, in one process, so that a lie can do harm to the next one.
$worker_code = 'set_error_handler(function ($level, $message) use (&$warnings) { $warnings[] = $message; return true; });
    while ($id = trim(fgets(STDIN))) {
        $warnings = [];
        session_id($id);
        $started = session_start();
        $read = $started ? $_SESSION : null;
        $_SESSION = ["n" => ($read["n"] ?? 0) + 1, "text" => str_repeat("\x01a", 99)];
        $at_start = $warnings;
        $warnings = [];
        if ($started) session_write_close();
        fwrite(STDOUT, json_encode([$started, $read["n"] ?? null, $at_start, $warnings]) . "\n");
    }';
$limits = ['rustsql.connect_timeout' => '0.4', 'rustsql.io_timeout' => '0.4', 'rustsql.lock_timeout' => '0.2', 'rustsql.retry_after' => '0'];
$ours = fn (array $messages) => (bool) preg_grep('~rustsql: ~', $messages);
$parallel = [];
[$requests, $lied_to, $failed] = [0, 0, 0];
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $persistent) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION = ["n" => 0];');
        $liar = new Liar($session->server);
        $ini = ['rustsql.dsn' => $liar->dsn("table=$session->table"), 'rustsql.lock' => $lock, 'rustsql.persistent' => $persistent];
        $parallel["$lock, persistent $persistent"] = [$session, $liar, $ini + $limits, php_start($worker_code, $ini + $limits)];
    }
}
foreach (range($from, $to) as $seed) {
    // All at the same time, since many lies cost a timeout.
    $before = [];
    foreach ($parallel as $what => [$session, $liar, , $worker]) {
        $before[$what] = unserialized($session->stored());
        $liar->lie(['seed' => (int) $seed]);
        $worker->write("$session->id\n");
    }
    foreach ($parallel as $what => [$session, $liar, $ini, $worker]) {
        $what = "$what, seed $seed";
        try {
            [$started, $read, $at_start, $at_end] = json_decode($line = $worker->readLine(20), true);
        } catch (RuntimeException $failure) {
            echo "$what: {$failure->getMessage()} after: ", $liar->lies(), "\n";
            exit;
        }
        $lies = $liar->lies();
        $stored = unserialized($session->stored());
        [$n, $new] = [$before[explode(', seed', $what)[0]], $stored];
        $good = match (true) {
            // A failure, told, and nothing stored is touched.
            !$started => $ours($at_start) && $stored === $n,
            // The write may have happened, nobody knows.
            $ours($at_end) => $read === $n && in_array($stored, [$n, $n + 1], true),
            default => $read === $n && $stored === $n + 1,
        };
        if (!$good) {
            echo "$what: stored before $n, then ", var_export($stored, true), ": $line after: $lies\n";
        }
        [$requests, $lied_to, $failed] = [$requests + 1, $lied_to + (bool) $lies, $failed + !$started];
        if (!$lies) {
            continue;
        }
        // Another process has the session at once.
        $session->run('session_start();', ['rustsql.lock_timeout' => '10']) === '' || print "$what: still locked after: $lies\n";
    }
}
foreach ($parallel as $what => [, , , $worker]) {
    $end = $worker->wait();
    if ($end['exit'] !== 0) {
        echo "$what: ", json_encode($end), "\n";
    }
}
if ($lied_to < $requests / 2 || $failed > $requests / 2) {
    echo "of $requests requests $lied_to were lied to and $failed failed\n";
}
echo "done\n";

/** The counter, or null. */
function unserialized(?string $data): ?int
{
    return preg_match('~^n\|i:(\d+);~', (string) $data, $found) ? (int) $found[1] : null;
}
--EXPECT--
done
