<?php
/*
 * The requests of tools/memory: they change a session, leave it unchanged, start a new one, do not get the lock, or fail, in
 * turn. Compares the worker's resources after a twentieth of them with those after all.
 */

require __DIR__ . '/../../php-tests/inc/fpm.php';

/** The allowed growth of memory, for the allocators' own data. */
const TOLERANCE = 1.02;

$count = (int) (getenv('COUNT') ?: 20000);
if (!getenv('FPM')) {
    echo "SKIP all: there is no PHP-FPM for this PHP\n0 passed, 0 failed, 2 skipped\n";
    exit;
}
$page = <<<'PHP'
    $n = (int) file_get_contents(FOLDER . '/n');
    set_error_handler(fn () => true);
    switch ($n % 10) {
        case 0: session_id("new-$n"); session_start(); session_destroy(); break;
        case 1: session_id('held'); session_start(); break;
        case 2: session_start(['read_and_close' => true]); break;
        case 3: session_start(); session_regenerate_id(); break;
        case 4: session_id("not\0an id"); session_start(); break;
        case 5: ini_set('rustsql.lock', 'row'); session_start(); $_SESSION['n'] = $n; break;
        case 6: session_start(); $_SESSION['large'] = str_repeat(chr($n % 256), 40000); break;
        case 7: session_start(); unset($_SESSION['large']); RustSql\status(); break;
        case 8: session_save_path('mysql://nobody:wrong@127.0.0.1:1/app'); session_start(); break;
        default: session_start(); $_SESSION['n'] = $n;
    }
    PHP;

[$passed, $failed] = [0, 0];
foreach (['0', '1'] as $persistent) {
    $session = new Session('advisory', ['rustsql.lock_timeout' => '0', 'rustsql.retry_after' => '0']);
    $holder = $session->hold('', [], 'held');
    $host = new Fpm($session, ['rustsql.persistent' => $persistent]);
    [$worker] = Server::waitFor($host->workers(...));
    $folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
    mkdir($folder);
    $code = "define('FOLDER', '$folder'); $page";
    for ($n = 1; $n <= $count; $n++) {
        file_put_contents("$folder/n", $n);
        $host->run($code);
        if ($n === intdiv($count, 20)) {
            $before = usage($worker);
        }
    }
    $after = usage($worker);
    exec('rm -rf ' . escapeshellarg($folder));
    $good = $after['kB'] <= $before['kB'] * TOLERANCE && $after['files'] === $before['files'] && $after['threads'] === $before['threads'];
    $good ? $passed++ : $failed++;
    printf("%s rustsql.persistent=%s: after %d and %d requests: %d and %d kB, %d and %d open files, %d and %d threads\n", $good ? 'ok  ' : 'FAIL',
        $persistent, intdiv($count, 20), $count, $before['kB'], $after['kB'], $before['files'], $after['files'], $before['threads'], $after['threads']);
    unset($host);
    $session->finish($holder);
}
echo "$passed passed, $failed failed, 0 skipped\n";
exit($failed ? 1 : 0);

/** @return array{kB: int, files: int, threads: int} of the idle worker: the client sees the end of a request before PHP has finished it */
function usage(int $pid): array
{
    Server::waitFor(function () use ($pid, &$last): bool {
        [$before, $last] = [$last ?? null, count(scandir("/proc/$pid/fd"))];
        return $before === $last;
    });
    $status = file_get_contents("/proc/$pid/status");
    $number = fn (string $name) => (int) preg_filter("~.*^$name:\s+(\d+).*~ms", '$1', $status);
    return ['kB' => $number('VmRSS'), 'files' => $last, 'threads' => $number('Threads')];
}
