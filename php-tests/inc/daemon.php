<?php
/*
 * A program that runs in the background. It ends with all its children when this process ends, even by SIGKILL.
 */
declare(strict_types=1);

final class Daemon
{
    public readonly int $pid;
    /** @var resource|null */
    private $shell;
    /** @var resource a pipe that is never written to: when it closes, the program is killed */
    private $lifeline;

    /** Waits until `$ready` returns true. */
    public function __construct(array $command, public readonly string $log, callable $ready, array $environment = [])
    {
        // The shell and the program are in a process group, which the shell kills. PHP-FPM makes another group for its workers.
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

/** LD_LIBRARY_PATH for a program of target/packages: its libraries are installed, or unpacked there. */
function unpacked_libraries(): string
{
    $folders = glob(dirname(__DIR__, 2) . '/target/packages/{usr/lib,lib}/*-linux-gnu{,/nss,/pulseaudio}', GLOB_BRACE | GLOB_ONLYDIR);
    return implode(':', array_filter([...$folders, getenv('LD_LIBRARY_PATH')]));
}
