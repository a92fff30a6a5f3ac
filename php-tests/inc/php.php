<?php
/*
 * PHP processes with the extension, for tests that need several. They synchronize by pipes, never by sleeping: a child prints
 * a line when it has reached a point, and waits for a line on its stdin.
 *
 *     $holder = php_start('session_id("abc"); session_start(); echo "locked\n"; fgets(STDIN);', $ini);
 *     $holder->readLine();          "locked"
 *     $holder->write("go on\n");
 *     $holder->wait();              ['exit' => 0, 'signal' => null, 'out' => '', 'err' => '']
 */

require_once __DIR__ . '/secure.php';

/** The command line of the PHP under test with the extension. A value of `$ini` may be a list: ['extension' => ['mysqlnd', 'mysqli']]. */
function php_command(array $ini = []): array
{
    $command = [getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-n', '-d', 'extension=' . php_extension_file()];
    $ini += [
        'session.save_handler' => 'rustsql',
        'fatal_error_backtraces' => '0', // new in 8.5
        'display_errors' => '1', 'display_startup_errors' => '1', 'log_errors' => '0', 'html_errors' => '0',
        // No headers: a script may print before it starts a session.
        'session.use_cookies' => '0', 'session.cache_limiter' => '',
        // Tests choose their session ids. From 8.6 on strict mode is the default.
        'session.use_strict_mode' => '0',
        // No garbage collection by chance, which would delete a test's expired rows.
        'session.gc_probability' => '0',
    ];
    // If ext/session is a module, it is loaded after the extension.
    if (str_starts_with((string) getenv('RUSTSQL_TEST_MODULES'), 'session')) {
        $ini['extension'] = array_merge(['session'], (array) ($ini['extension'] ?? []));
    }
    foreach ($ini + handler_ini() + Secure::ini() as $key => $values) {
        foreach ((array) $values as $value) {
            array_push($command, '-d', "$key=\"" . addcslashes((string) $value, '"\\$') . '"');
        }
    }
    return $command;
}

/** More settings for every process: HANDLER_INI="rustsql.persistent=1 rustsql.io_timeout=5". */
function handler_ini(): array
{
    $ini = [];
    foreach (preg_split('/\s+/', (string) getenv('HANDLER_INI'), 0, PREG_SPLIT_NO_EMPTY) as $setting) {
        [$key, $value] = explode('=', $setting, 2);
        $ini[$key] = $value;
    }
    return $ini;
}

function php_extension_file(): string
{
    return getenv('RUSTSQL_SO') ?: dirname(__DIR__, 2) . '/target/release/librustsql.so';
}

/** The PHP for relays and fake servers: it does not run under valgrind, unlike the PHP under test. */
function helper_php(): string
{
    return getenv('TEST_HELPER_PHP') ?: getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY;
}

/** Starts PHP with this code, which has no opening tag. `$args` are its $argv from 1 on. */
function php_start(string $code, array $ini = [], array $args = []): PhpProcess
{
    return new PhpProcess([...php_command($ini), '-r', $code, '--', ...$args]);
}

/** Runs PHP with this code to its end; returns the result of PhpProcess::wait(). */
function php_run(string $code, array $ini = [], array $args = [], float $timeout = 60): array
{
    return php_start($code, $ini, $args)->wait($timeout);
}

final class PhpProcess
{
    /** The prefix of every command that is started from now on, such as ['nice']. It must exec the command. */
    public static array $prefix = [];

    public readonly int $pid;

    /** @var resource */
    private $process;
    private array $pipes = [];
    private array $read = [1 => '', 2 => ''];
    private ?array $status = null;

    public function __construct(array $command)
    {
        // The process ends with the test, even if that is killed.
        $this->process = proc_open(['setpriv', '--pdeathsig', 'KILL', ...self::$prefix, ...$command],
            [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $this->pipes);
        stream_set_blocking($this->pipes[1], false);
        stream_set_blocking($this->pipes[2], false);
        $this->pid = $this->look()['pid'];
    }

    public function __destruct()
    {
        $this->signal(SIGKILL);
        array_map(fclose(...), array_filter($this->pipes, is_resource(...)));
        proc_close($this->process);
    }

    /** Writes to its stdin. */
    public function write(string $text): void
    {
        fwrite($this->pipes[0], $text);
    }

    /** The next line of its output, without the line end. */
    public function readLine(float $timeout = 60): string
    {
        $end = hrtime(true) + $timeout * 1e9;
        while (($length = strpos($this->read[1], "\n")) === false) {
            if (!$this->pump($end)) {
                throw $this->failure(feof($this->pipes[1]) ? 'ended' : "printed no line in $timeout seconds");
            }
        }
        $line = substr($this->read[1], 0, $length);
        $this->read[1] = substr($this->read[1], $length + 1);
        return $line;
    }

    public function signal(int $signal): void
    {
        if (!$this->ended()) {
            proc_terminate($this->process, $signal);
        }
    }

    /**
     * Closes its stdin and waits for its end. 'out' is what readLine() did not take.
     *
     * @return array{exit: int|null, signal: int|null, out: string, err: string}
     */
    public function wait(float $timeout = 60): array
    {
        $end = hrtime(true) + $timeout * 1e9;
        if (is_resource($this->pipes[0])) {
            fclose($this->pipes[0]);
        }
        while ($this->pump($end));
        // The pipes close a moment before the process ends.
        while (!$this->ended()) {
            if (hrtime(true) > $end) {
                $this->signal(SIGKILL);
                throw $this->failure("did not end in $timeout seconds");
            }
            usleep(1000);
        }
        return [
            'exit' => $this->status['signaled'] ? null : $this->status['exitcode'],
            'signal' => $this->status['signaled'] ? $this->status['termsig'] : null,
            'out' => $this->read[1],
            'err' => $this->read[2],
        ];
    }

    public function ended(): bool
    {
        return !$this->look()['running'];
    }

    /** What proc_get_status() says. Before PHP 8.3 it returns the exit code only once, so that answer is kept. */
    private function look(): array
    {
        $status = $this->status ?? proc_get_status($this->process);
        if (!$status['running']) {
            $this->status = $status;
        }
        return $status;
    }

    /** Reads output of the process, waiting until `$end`; false at its end. */
    private function pump(float $end): bool
    {
        $open = array_filter([1 => $this->pipes[1], 2 => $this->pipes[2]], fn ($pipe) => !feof($pipe));
        $left = max(0, $end - hrtime(true)) / 1e9;
        $none = null;
        if (!$open || !@stream_select($open, $none, $none, (int) $left, (int) (fmod($left, 1) * 1e6))) {
            return false;
        }
        foreach ($open as $number => $pipe) {
            $this->read[$number] .= stream_get_contents($pipe);
        }
        return true;
    }

    private function failure(string $what): RuntimeException
    {
        return new RuntimeException("PHP process $this->pid $what; stdout: {$this->read[1]} stderr: {$this->read[2]}");
    }
}
