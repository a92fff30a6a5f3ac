<?php
/* The web server that PHP's command line program has built in (php -S), as a web host: see web_host.php. */

require_once __DIR__ . '/web_host.php';

final class BuiltInServer extends WebHost
{
    private readonly int $port;

    /** `$workers`: the number of processes that it forks; the first process serves requests, too. */
    public function __construct(Session $session, array $ini = [], int $workers = 0)
    {
        parent::__construct($session);
        $this->port = Server::freePort();
        $this->launch([...php_command($ini + $session->ini), '-S', "127.0.0.1:$this->port", '-t', $this->folder],
            $workers ? ['PHP_CLI_SERVER_WORKERS' => (string) $workers] : []);
    }

    protected function request(string $page): WebRequest
    {
        return new HttpRequest($this->port, "/$page");
    }
}
