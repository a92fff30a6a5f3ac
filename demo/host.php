<?php
/* A web host of the demo: PHP's own web server with some workers, on a port of its own. */
declare(strict_types=1);

final class Host
{
    /** @var resource */
    private $process;
    /** @var resource|null Nothing is ever written to it: when it closes, the host ends. */
    private $lifeline = null;
    private readonly string $log;

    /** @param array<string, string> $environment what its scripts need to know */
    public function __construct(public readonly string $name, public readonly int $port, private readonly string $dsn,
        private readonly array $environment)
    {
        $this->log = FOLDER . "/host-$name.log";
        register_shutdown_function($this->kill(...));
        $this->start();
    }

    public function start(): void
    {
        $php = php_command([
            'rustsql.dsn' => $this->dsn, 'session.name' => 'rustsql_demo',
            'session.use_cookies' => '1', 'session.use_strict_mode' => '1', 'session.cookie_httponly' => '1',
            'session.cookie_samesite' => 'Lax', 'session.cache_limiter' => 'nocache',
        ]);
        // PHP's web server leaves its workers behind when it is killed, and would not stop them either. So it has a
        // session and a process group of its own with a shell, and the shell ends the group when this program is gone.
        $this->process = proc_open(
            ['setsid', 'sh', '-c', '"$@" & read _; kill -KILL 0', 'host',
                ...$php, '-S', "127.0.0.1:$this->port", '-t', __DIR__ . '/web'],
            [['pipe', 'r'], ['file', $this->log, 'w'], ['file', $this->log, 'a']], $pipes, null,
            ['PHP_CLI_SERVER_WORKERS' => WORKERS, 'DEMO_HOST' => $this->name] + $this->environment + getenv(),
        );
        $this->lifeline = $pipes[0];
        try {
            Server::waitFor(fn () => @fsockopen('127.0.0.1', $this->port));
        } catch (RuntimeException) {
            throw new RuntimeException("host $this->name does not start:\n" . file_get_contents($this->log));
        }
    }

    /** Kills all its processes (SIGKILL). */
    public function kill(): void
    {
        if ($this->isUp()) {
            fclose($this->lifeline);
            $this->lifeline = null;
            proc_close($this->process);
            // The workers end after the shell. The port is taken until the last of them has.
            Server::waitFor(fn () => !@fsockopen('127.0.0.1', $this->port));
        }
    }

    public function isUp(): bool
    {
        return $this->lifeline !== null;
    }

    /** Whether that process is one of this host. */
    public function owns(int $pid): bool
    {
        $shell = $this->isUp() ? proc_get_status($this->process)['pid'] : null;
        return $pid > 1 && $pid !== $shell && posix_getsid($pid) === $shell;
    }

    public function url(): string
    {
        return "http://127.0.0.1:$this->port/";
    }
}
