<?php
/*
 * A worker that holds a session is killed with SIGKILL while the next request waits for it: how long until that has the session.
 */
declare(strict_types=1);

const KILLED = ['files', 'redis-default', 'redis', 'memcached', 'symfony-transactional', 'symfony-advisory', 'mysqli', 'mysqli-kept', 'rustsql', 'rustsql-kept'];
const KILLED_SECONDS = 45;

function measure_killed(Measure $measure, string $case): void
{
    $times = $measure->quick ? 2 : 5;
    foreach (KILLED as $name) {
        $measure->stack->start($name, 2 * $times + 2);
        $measure->load($name, ['do' => 'fill', 'ids' => 'killed', 'sessions' => $times, 'size' => 100, 'warmup' => 0]);
        $pids = $waiters = [];
        for ($i = 0; $i < $times; $i++) {
            $file = Stack::folder('state') . "/holder-$name-$i";
            $holders[] = killed_request($measure->stack, $name, $i, "do=hold&pid=$file");
            Server::waitFor(fn () => is_file($file));
            $pids[$i] = (int) file_get_contents($file);
        }
        for ($i = 0; $i < $times; $i++) {
            $waiters[$i] = killed_request($measure->stack, $name, $i, 'do=changed');
        }
        // Whoever does not wait says so by then.
        $until = hrtime(true) + 200e6;
        while (hrtime(true) < $until) {
            killed_read($measure, $case, $name, $waiters, []);
        }
        $killed = [];
        foreach ($pids as $i => $pid) {
            $killed[$i] = hrtime(true);
            posix_kill($pid, SIGKILL);
            $quickly = hrtime(true) + 300e6;
            do {
                killed_read($measure, $case, $name, $waiters, $killed);
            } while (isset($waiters[$i]) && hrtime(true) < $quickly);
        }
        while ($waiters && hrtime(true) < $killed[0] + KILLED_SECONDS * 1e9) {
            killed_read($measure, $case, $name, $waiters, $killed);
        }
        foreach ($waiters as $i => $_) {
            $measure->results[$case][$name][] = ['ms' => KILLED_SECONDS * 1e3, 'unlocked' => 0];
        }
        $holders = [];
        $measure->stack->stop($name);
        $unlocked = array_sum(array_column($measure->results[$case][$name], 'unlocked'));
        say(sprintf('  %-24s %s', $name, $unlocked ? "$unlocked of $times did not wait: they ran without the lock" : sprintf('%.1f ms', $measure->median($case, $name, 'ms'))));
    }
}

/** @return resource */
function killed_request(Stack $stack, string $name, int $session, string $query)
{
    $socket = stream_socket_client("tcp://127.0.0.1:$stack->port");
    fwrite($socket, sprintf("GET /%s?%s HTTP/1.0\r\nHost: bench\r\nCookie: PHPSESSID=%s-killed-%08d\r\n\r\n", $name, $query, $name, $session));
    stream_set_blocking($socket, false);
    return $socket;
}

/** Takes the answers that are there. A waiter that was refused asks again at once. */
function killed_read(Measure $measure, string $case, string $name, array &$waiters, array $killed): void
{
    [$read, $none] = [$waiters, null];
    if (!$read || !stream_select($read, $none, $none, 0, 50_000)) {
        return;
    }
    foreach ($read as $i => $socket) {
        $answer = (string) stream_get_contents($socket);
        if ($answer === '' && !feof($socket)) {
            continue;
        }
        if (preg_match('/^(ok|warned) \S+ (\d+)/m', $answer, $is)) {
            $unlocked = !isset($killed[$i]) || $is[2] < $killed[$i];
            $measure->results[$case][$name][] = ['ms' => $unlocked ? 0.0 : ($is[2] - $killed[$i]) / 1e6, 'unlocked' => (int) $unlocked];
            unset($waiters[$i]);
        } else {
            $waiters[$i] = killed_request($measure->stack, $name, $i, 'do=changed');
        }
    }
}
