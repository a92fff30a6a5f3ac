<?php
/*
 * PHP as a library in a test process, whose script serves many requests. Compiles and runs embedded.c.
 *
 *     echo embedded('session_start(); echo $thread, $number;', $session->ini, threads: 8, requests: 100);
 *     $host = new WorkerLoop($session);
 *     echo $host->run('session_start(); echo $_SESSION["n"];');
 *
 * A test that uses it begins with: --SKIPIF-- require inc/embedded.php; skip_without_embedded();
 */

require_once __DIR__ . '/session.php';

function skip_without_embedded(bool $threads = false): void
{
    if (!getenv('LIBPHP')) {
        echo 'skip there is no library (libphp.so) of this PHP';
    } elseif (!trim((string) shell_exec('command -v cc'))) {
        echo 'skip there is no C compiler';
    } elseif ($threads && !PHP_ZTS) {
        echo 'skip this PHP is built without threads (ZTS)';
    }
}

/** Runs the process to its end and returns its output. `$code` is the body of the function that serves a request. */
function embedded(string $code, array $ini, int $threads = 1, int $requests = 1, int $starts = 1): string
{
    $end = embedded_process($code, $ini, $threads, $requests, $starts)->wait(60);
    return Session::tidy($end['out'] . $end['err']) . ($end['exit'] === 0 ? '' : "ended with $end[exit], signal $end[signal]\n");
}

function embedded_process(string $code, array $ini, int $threads = 1, int $requests = 1, int $starts = 1): PhpProcess
{
    $folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
    mkdir($folder, 0700);
    register_shutdown_function(fn () => exec('rm -rf ' . escapeshellarg($folder)));
    file_put_contents("$folder/php.ini", implode("\n", array_filter(php_command($ini), fn ($part) => str_contains($part, '='))) . "\n");
    file_put_contents("$folder/page.php", "<?php while (handle_request(function (int \$thread, int \$number) { $code }));");
    putenv('PHP_INI_SCAN_DIR=');
    return new PhpProcess([embedded_program(), "$folder/php.ini", (string) $threads, (string) $requests, (string) $starts, "$folder/page.php"]);
}

function embedded_program(): string
{
    $library = getenv('LIBPHP');
    $folder = dirname(__DIR__, 2) . '/target/test/embedded-' . hash('crc32b', $library . file_get_contents(__DIR__ . '/embedded.c'));
    if (!is_file("$folder/embedded")) {
        @mkdir($folder);
        @symlink($library, "$folder/libphp.so"); // the linker needs this name
        $config = escapeshellarg(getenv('PHP_CONFIG'));
        exec("cd $folder && cc -O1 -g -Wall \$($config --includes) -o new-\$\$ " . __DIR__ . "/embedded.c libphp.so -Wl,-rpath,$folder"
            . " -Wl,--allow-shlib-undefined -pthread 2>&1 && mv new-\$\$ embedded", $output, $status);
        if ($status !== 0) {
            throw new RuntimeException("embedded.c cannot be compiled:\n" . implode("\n", $output));
        }
    }
    return "$folder/embedded";
}

/** A process that serves one request after the other. */
final class WorkerLoop
{
    private const READY = "\x04";
    // Settings stay changed in such a worker, so the script itself has to restore them.
    private const SERVE = '
        static $in, $out;
        $in ??= fopen("php://stdin", "r"); $out ??= fopen("php://stdout", "w");
        unset($GLOBALS["_SESSION"]);
        foreach (["rustsql", "session"] as $of) array_map(ini_restore(...), array_keys(ini_get_all($of)));
        ini_restore("memory_limit");
        error_clear_last();
        fwrite($out, "\x04\n");
        eval(base64_decode(fgets($in)));';

    private readonly PhpProcess $process;

    public function __construct(public readonly Session $session, array $ini = [])
    {
        $this->process = embedded_process(self::SERVE, $ini + $session->ini, requests: PHP_INT_MAX >> 32);
        $this->process->readLine();
    }

    /** Runs a request with the session's id or another one, and returns its output. */
    public function run(string $code, ?string $id = null): string
    {
        $id ??= $this->session->id;
        $this->process->write(base64_encode("session_id('$id'); $code") . "\n");
        for ($printed = ''; !str_ends_with($line = $this->process->readLine(), self::READY); $printed .= "$line\n");
        return Session::tidy($printed . substr($line, 0, -1));
    }
}
