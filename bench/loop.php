<?php
/*
 * One process that goes through sessions, without a web server: for what is measured from session_start() to
 * session_write_close().
 *
 *     php loop.php PREFIX SESSIONS SIZE
 *
 * Each line on stdin is answered by one:
 *
 *     fill              makes the sessions; `fill large` makes LARGE sessions of 64 KB
 *     all               changes each once, in order
 *     collect           session_gc()
 *     own               what the variable of this process in the first session is
 *     sum, sum large    what all counters of the sessions are together
 *     hold              changes the first session, and keeps it until the next line; `hold unchanged` only reads it. The answer is when it
 *                       began to close the session, in nanoseconds
 *     queue 30 5000     so many times changes the first session, and keeps it for so many microseconds: all times in microseconds, or
 *                       `failed`, and those between which it had the session (start and end of each, in nanoseconds). `queue 30 5000 own`
 *                       changes a variable of this process
 *     changed 500 2000  so many requests with sessions chosen at random, each after so many microseconds of other work. The answer is the
 *                       median time and the mean CPU of a request in microseconds, without that work. Also `unchanged`, `large` (changed,
 *                       64 KB), `read` (read_and_close), `new`, `regenerate` (session_regenerate_id(true) of a changed session)
 */
declare(strict_types=1);

require __DIR__ . '/web/' . (getenv('BENCH_PAYLOAD') ?: 'payload') . '.php';

[, $prefix, $sessions, $size] = $argv;
$handler = getenv('BENCH_HANDLER');
if ($handler) {
    require __DIR__ . "/web/$handler.php";
}
/** As bench/cases.php names them in SQL. */
$id = fn (int|string $number): string => "$prefix-$number";

/** The CPU time of this process in microseconds. */
$cpu = function (): int {
    $used = getrusage();
    return 1_000_000 * ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
};
$run = function (string $id, callable $change, array $options = []): float {
    session_id($id);
    $started = hrtime(true);
    $opened = session_start($options);
    $change();
    session_write_close();
    $took = hrtime(true) - $started;
    return $opened ? $took / 1e3 : throw new RuntimeException('the session did not open');
};
set_error_handler(fn ($level, $message) => throw new RuntimeException($message));
const LARGE = 20;
$make = fn (int $size): callable => function () use ($size): void {
    $_SESSION = ['n' => 0] + payload($size);
};
[$small, $large] = [$make((int) $size), $make(64_000)];
$add = function (): void {
    $_SESSION['n']++;
};
$nothing = static function (): void {
};
$any = fn (): string => $id(random_int(1, (int) $sessions));
$regenerated = '';
/** Each returns its time. */
$requests = [
    'changed' => fn () => $run($any(), $add),
    'unchanged' => fn () => $run($any(), $nothing),
    'large' => fn () => $run($id('large-' . random_int(1, LARGE)), $add),
    'read' => fn () => $run($any(), $nothing, ['read_and_close' => true]),
    'new' => fn () => $run('', $small),
    'regenerate' => function () use ($run, $add, $small, &$regenerated): float {
        if ($regenerated === '') {
            $run('', $small);
            $regenerated = session_id();
        }
        $took = $run($regenerated, function () use ($add): void {
            $add();
            session_regenerate_id(true);
        });
        $regenerated = session_id();
        return $took;
    },
];
fwrite(STDOUT, "ready\n");
while ($line = fgets(STDIN)) {
    [$what, $count, $work, $whose] = explode(' ', trim($line)) + [1 => 0, 2 => 0, 3 => ''];
    $answer = 'done';
    // Not for each line: there may be ten million.
    $each = fn (): array => $count === 'large' ? array_map(fn ($number) => "large-$number", range(1, LARGE)) : range(1, (int) $sessions);
    switch ($what) {
        case 'fill':
        case 'all':
            foreach ($each() as $number) {
                $run($id($number), $what === 'all' ? $add : ($count === 'large' ? $large : $small));
            }
            break;
        case 'collect':
            session_id($id(1));
            session_start();
            $answer = session_gc();
            session_write_close();
            break;
        case 'sum':
            $answer = 0;
            foreach ($each() as $number) {
                $run($id($number), function () use (&$answer): void {
                    $answer += $_SESSION['n'];
                });
            }
            break;
        case 'own':
            $run($id(1), function () use (&$answer): void {
                $answer = $_SESSION['own' . getmypid()] ?? 0;
            });
            break;
        case 'hold':
            $run($id(1), function () use ($count, $add, &$answer): void {
                $count === 'unchanged' ?: $add();
                fwrite(STDOUT, "held\n");
                fgets(STDIN);
                $answer = hrtime(true);
            });
            break;
        case 'queue':
            $answer = [];
            $key = $whose === 'own' ? 'own' . getmypid() : 'n';
            for ($i = 0; $i < $count; $i++) {
                $held = [];
                try {
                    $took = $run($id(1), function () use ($key, $work, &$held): void {
                        $held = [hrtime(true)];
                        $_SESSION[$key] = ($_SESSION[$key] ?? 0) + 1;
                        usleep((int) $work);
                        $held[] = hrtime(true);
                    });
                } catch (RuntimeException) {
                    $took = 'failed';
                }
                $answer[] = [$took, ...$held];
            }
            $answer = json_encode($answer);
            break;
        default:
            [$times, $used] = [[], 0];
            for ($i = 0; $i < $count; $i++) {
                $end = hrtime(true) + 1000 * $work;
                // Others may use the core meanwhile. At the end it is busy, as if all of it were work.
                usleep(max(0, (int) $work - 300));
                while (hrtime(true) < $end);
                $before = $cpu();
                $times[] = $requests[$what]();
                $used += $cpu() - $before;
            }
            sort($times);
            $answer = $times[intdiv(count($times), 2)] . ' ' . $used / $count;
    }
    fwrite(STDOUT, "$answer\n");
}
