<?php
/*
 * A worker of a web host: one process of php-cgi that serves one request after the other by FastCGI. Connections are kept
 * unless `$ini` sets rustsql.persistent.
 *
 *     $host = new FastCgiWorker($session);
 *     echo $host->run('session_start(); echo $_SESSION["n"];');
 *     $host->end();
 *
 * A test that uses it begins with: --SKIPIF-- require inc/fastcgi.php; FastCgiWorker::skip();
 */

require_once __DIR__ . '/session.php';
require_once __DIR__ . '/cgi.php';
require_once __DIR__ . '/web_request.php';

final class FastCgiWorker
{
    private const PAGE = 'page.php';

    public readonly int $pid;
    private readonly string $folder;
    private readonly PhpProcess $process;

    public static function skip(): void
    {
        if (!cgi_program()) {
            echo 'skip there is no CGI program beside this PHP';
        }
    }

    public function __construct(public readonly Session $session, array $ini = [])
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0700);
        $command = php_command($ini + ['rustsql.persistent' => '1'] + $session->ini);
        $command[0] = cgi_program();
        array_push($command, '-b', "$this->folder/sock");
        // One process without children, and no limit of requests.
        putenv('PHP_FCGI_CHILDREN');
        putenv('PHP_FCGI_MAX_REQUESTS=0');
        $this->process = new PhpProcess($command);
        $this->pid = $this->process->pid;
        Server::waitFor(fn () => ($client = @stream_socket_client("unix://$this->folder/sock")) && fclose($client));
    }

    public function __destruct()
    {
        $this->process->signal(SIGKILL);
        @array_map(unlink(...), glob("$this->folder/*"));
        @rmdir($this->folder);
    }

    /** Runs a request with the session's id, and returns its output. */
    public function run(string $code, ?string $id = null): string
    {
        $id ??= $this->session->id;
        $page = "$this->folder/" . self::PAGE;
        file_put_contents($page, "<?php session_id('$id'); $code");
        return Session::tidy($this->begin($page)->wait(60));
    }

    /** @param array<string, string> $variables of the request, as HTTP_COOKIE */
    public function begin(string $page, array $variables = []): FastCgiRequest
    {
        return new FastCgiRequest("$this->folder/sock", $page, '', $variables);
    }

    /** Stops it as a web server does at shutdown (SIGTERM). */
    public function end(): void
    {
        // The client sees the end of a request before PHP has finished it. A signal before that would kill the request.
        $idle = 0;
        Server::waitFor(function () use (&$idle): bool {
            $idle = preg_match('~\) S ~', file_get_contents("/proc/$this->pid/stat")) ? $idle + 1 : 0;
            return $idle === 3;
        });
        $this->process->signal(SIGTERM);
        // php-cgi does not see a signal that comes right before it waits for a connection, until there is one.
        @stream_socket_client("unix://$this->folder/sock");
        $this->process->wait();
    }

    /** Kills it (SIGKILL). */
    public function kill(): void
    {
        $this->process->signal(SIGKILL);
        $this->process->wait();
    }
}
