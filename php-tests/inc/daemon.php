<?php
/*
 * A program that runs beside this one and ends with it, with all its children, whatever ends it.
 */
declare(strict_types=1);

final class Daemon
{
    public readonly int $pid;
    /** @var resource|null */
    private $shell;
    /** @var resource Nothing is ever written to it: when it closes, the program ends. */
    private $lifeline;

    /** `$ready` is asked until it says so. */
    public function __construct(array $command, public readonly string $log, callable $ready, array $environment = [])
    {
        // In a group of its own, which the shell ends when this program is gone. PHP-FPM makes another for its workers.
        $this->shell = proc_open(['setsid', 'sh', '-c', '"$@" < /dev/null & echo $! >&3; exec 3>&-; read _; kill -KILL -$! 2> /dev/null; kill -KILL 0', 'daemon', ...$command],
            [['pipe', 'r'], ['file', $log, 'a'], ['file', $log, 'a'], ['pipe', 'w']], $pipes, dirname($log), $environment + getenv());
        $this->lifeline = $pipes[0];
        $this->pid = (int) fgets($pipes[3]);
        register_shutdown_function($this->stop(...));
        try {
            Server::waitFor(fn () => preg_match('~\) Z ~', (string) @file_get_contents("/proc/$this->pid/stat"))
                ? throw new RuntimeException('it ended') : $ready());
        } catch (RuntimeException) {
            $this->stop();
            throw new RuntimeException("$command[0] does not start:\n" . implode('', array_slice(@file($log) ?: [], -20)));
        }
    }

    public function stop(): void
    {
        if ($this->shell) {
            fclose($this->lifeline);
            proc_close($this->shell);
            $this->shell = null;
        }
    }

    /** @return list<int> */
    public function children(): array
    {
        $children = (string) @file_get_contents("/proc/$this->pid/task/$this->pid/children");
        return array_map(intval(...), preg_split('/ /', $children, 0, PREG_SPLIT_NO_EMPTY));
    }
}
