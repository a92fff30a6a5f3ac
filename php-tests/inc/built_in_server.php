<?php
/* The web server that PHP's command line program has built in (php -S), as a web host: see web_host.php. */

require_once __DIR__ . '/web_host.php';

final class BuiltInServer extends WebHost
{
    private readonly int $port;

    /**
     * `$workers`: the number of processes that it forks; the first process serves requests, too. `$root`: an application's
     * folder, for a browser.
     */
    public function __construct(Session $session, array $ini = [], int $workers = 0, ?string $root = null)
    {
        parent::__construct($session);
        $this->port = Server::freePort();
        $this->launch([...php_command($ini + $session->ini), '-S', "127.0.0.1:$this->port", '-t', $root ?? $this->folder],
            ($workers ? ['PHP_CLI_SERVER_WORKERS' => (string) $workers] : []) + ($root ? ['LD_LIBRARY_PATH' => unpacked_libraries()] : []));
    }

    public function url(string $path): string
    {
        return "http://127.0.0.1:$this->port/$path";
    }

    protected function request(string $page): WebRequest
    {
        return new HttpRequest($this->port, "/$page");
    }
}
