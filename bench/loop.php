<?php
/*
 * One process that goes through sessions, without a web server: for what is measured from session_start() to
 * session_write_close().
 *
 *     php loop.php PREFIX SESSIONS SIZE
 *
 * Each line on stdin is answered by one: `fill`: makes the sessions; `all`: changes each once, in order; `changed 500 2000`,
 * `unchanged 500`: so many requests with sessions chosen at random, each after so many microseconds of other work, and the
 * answer is the median time and the mean CPU of a request in microseconds, without that work; `collect`: session_gc().
 */
declare(strict_types=1);

require __DIR__ . '/web/' . (getenv('BENCH_PAYLOAD') ?: 'payload') . '.php';

[, $prefix, $sessions, $size] = $argv;
$handler = getenv('BENCH_HANDLER');
if ($handler) {
    require __DIR__ . "/web/$handler.php";
}
/** As bench/cases.php names them in SQL. */
$id = fn (int $number): string => "$prefix-$number";

/** The CPU time of this process in microseconds. */
$cpu = function (): int {
    $used = getrusage();
    return 1_000_000 * ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
};
$run = function (int $number, callable $change) use ($id): float {
    session_id($id($number));
    $started = hrtime(true);
    $opened = session_start();
    $change();
    session_write_close();
    $took = hrtime(true) - $started;
    return $opened ? $took / 1e3 : throw new RuntimeException('the session did not open');
};
set_error_handler(fn ($level, $message) => throw new RuntimeException($message));
$fragments = payload((int) $size);
$add = function (): void {
    $_SESSION['n']++;
};
fwrite(STDOUT, "ready\n");
while ($line = fgets(STDIN)) {
    [$what, $count, $work] = explode(' ', trim($line)) + [1 => 0, 2 => 0];
    $answer = 'done';
    switch ($what) {
        case 'fill':
        case 'all':
            for ($i = 1; $i <= $sessions; $i++) {
                $run($i, $what === 'all' ? $add : function () use ($fragments): void {
                    $_SESSION = ['n' => 0] + $fragments;
                });
            }
            break;
        case 'collect':
            session_id($id(1));
            session_start();
            $answer = session_gc();
            session_write_close();
            break;
        default:
            [$times, $used] = [[], 0];
            for ($i = 0; $i < $count; $i++) {
                for ($end = hrtime(true) + 1000 * $work; hrtime(true) < $end;);
                $before = $cpu();
                $times[] = $run(random_int(1, (int) $sessions), $what === 'changed' ? $add : static function (): void {
                });
                $used += $cpu() - $before;
            }
            sort($times);
            $answer = $times[intdiv(count($times), 2)] . ' ' . $used / $count;
    }
    fwrite(STDOUT, "$answer\n");
}
