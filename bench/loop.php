<?php
/*
 * One process that goes through sessions, without a web server: for what is measured from session_start() to
 * session_write_close().
 *
 *     php loop.php PREFIX SESSIONS SIZE
 *
 * Each line on stdin is answered by one: `fill`: makes the sessions; `all`: changes each once, in order; `changed 500`,
 * `unchanged 500`: so many on sessions chosen at random, and the median in microseconds; `collect`: session_gc().
 */
declare(strict_types=1);

require __DIR__ . '/web/payload.php';

[, $prefix, $sessions, $size] = $argv;
$handler = getenv('BENCH_HANDLER');
if ($handler) {
    require __DIR__ . "/web/$handler.php";
}
/** As bench/cases.php names them in SQL. */
$id = fn (int $number): string => "$prefix-$number";

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
    [$what, $count] = explode(' ', trim($line)) + [1 => 0];
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
            $times = [];
            for ($i = 0; $i < $count; $i++) {
                $times[] = $run(random_int(1, (int) $sessions), $what === 'changed' ? $add : static function (): void {
                });
            }
            sort($times);
            $answer = $times[intdiv(count($times), 2)];
    }
    fwrite(STDOUT, "$answer\n");
}
