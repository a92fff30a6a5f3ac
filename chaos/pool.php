<?php
/*
 * A web host: a master process of PHP-FPM with its workers, on a unix socket, and where that is possible with a network of
 * its own. Can be killed and started again.
 */

final class Pool
{
    public const WORKERS = 8;

    public readonly string $socket;
    /** @var resource|null */
    private $process = null;
    /** @var resource Nothing is ever written to it: when it closes, the pool ends. */
    private $lifeline;
    private string $log;
    private array $command;

    public function __construct(public readonly string $name, string $folder, array $ini, public readonly ?Space $space)
    {
        $this->socket = "$folder/$name.sock";
        $this->log = "$folder/$name.log";
        $config = "$folder/$name.conf";
        file_put_contents($config, implode("\n", [
            '[global]', 'daemonize = no', "error_log = $this->log", 'log_level = error',
            '[www]', "listen = $this->socket", 'pm = static', 'pm.max_children = ' . self::WORKERS, 'clear_env = no', '',
        ]));
        $php = php_command($ini);
        $php[0] = getenv('FPM');
        $this->command = [...$php, '--nodaemonize', '--fpm-config', $config, ...(posix_geteuid() === 0 ? ['-R'] : [])];
        register_shutdown_function($this->kill(...));
        $this->start();
    }

    public function start(): void
    {
        @unlink($this->socket);
        // Workers survive a master that is killed, but the master makes a process group for them. The shell ends that group
        // when this program is gone, and hears no Ctrl-C itself.
        $start = function (): void {
            $this->process = proc_open(['setsid', 'sh', '-c', '"$@" & read _; kill -KILL -$!; wait', 'pool', ...$this->command],
                [['pipe', 'r'], ['file', $this->log, 'a'], ['file', $this->log, 'a']], $pipes, dirname($this->log));
            $this->lifeline = $pipes[0];
        };
        $this->space ? $this->space->within($start) : $start();
        try {
            Server::waitFor(fn () => count($this->workers()) === self::WORKERS
                && ($client = @stream_socket_client("unix://$this->socket")) && fclose($client));
        } catch (RuntimeException) {
            throw new RuntimeException("web host $this->name does not start:\n" . @file_get_contents($this->log));
        }
    }

    /** Master and workers, from one moment to the next. */
    public function kill(): void
    {
        if ($this->process) {
            fclose($this->lifeline);
            proc_close($this->process);
            $this->process = null;
        }
    }

    public function signal(int $signal): void
    {
        array_map(fn (int $worker) => posix_kill($worker, $signal), $this->workers());
    }

    /** @return list<int> process ids; none of a pool that was killed */
    public function workers(): array
    {
        if (!$this->process) {
            return [];
        }
        $shell = proc_get_status($this->process)['pid'];
        $masters = self::children($shell);
        return $masters ? self::children($masters[0]) : [];
    }

    private static function children(int $pid): array
    {
        return array_map(intval(...), preg_split('/ /', (string) @file_get_contents("/proc/$pid/task/$pid/children"), 0, PREG_SPLIT_NO_EMPTY));
    }
}
