<?php
/*
 * A web host: a program that serves requests. Each request runs code of the test. The program ends with the test.
 *
 *     $host = new Fpm($session);                     or new Apache, new BuiltInServer
 *     echo $host->run('session_start(); echo $_SESSION["n"];');
 *     $request = $host->begin('session_start(); ...', 'another id');
 *     echo $request->wait();
 *
 * A test that uses one begins with: --SKIPIF-- require inc/fpm.php; Fpm::skip();
 */

require_once __DIR__ . '/session.php';
require_once __DIR__ . '/daemon.php';
require_once __DIR__ . '/web_request.php';

abstract class WebHost
{
    /** The folder for pages and logs. */
    protected readonly string $folder;
    protected Daemon $daemon;

    protected function __construct(public readonly Session $session)
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        // Apache's workers run as another user than the test.
        mkdir($this->folder, 0755);
    }

    public function __destruct()
    {
        if (isset($this->daemon)) {
            $this->daemon->stop();
        }
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /** For --SKIPIF--: prints why there can be no such host. */
    public static function skip(): void
    {
    }

    /** Adds a folder for pages, with a file of settings for that folder. */
    public function addFolder(string $name, string $file, string $settings): void
    {
        mkdir("$this->folder/$name", 0755);
        file_put_contents("$this->folder/$name/$file", $settings);
    }

    /** Starts a request with the session's id or another one, for a page in that folder. */
    public function begin(string $code, ?string $id = null, string $folder = ''): WebRequest
    {
        $id ??= $this->session->id;
        $page = $this->page($code, $id, $folder);
        if (!file_exists("$this->folder/$page")) {
            file_put_contents("$this->folder/$page", "<?php session_id('$id'); $code");
        }
        return $this->request($page);
    }

    private function page(string $code, string $id, string $folder): string
    {
        return ltrim("$folder/", '/') . hash('xxh64', "$id $code") . '.php';
    }

    /** The file of a page of the session, without a folder. */
    public function file(string $code): string
    {
        return "$this->folder/" . $this->page($code, $this->session->id, '');
    }

    /** Runs such a request and returns its output. */
    public function run(string $code, ?string $id = null, string $folder = ''): string
    {
        return Session::tidy($this->begin($code, $id, $folder)->wait());
    }

    public function signal(int $signal): void
    {
        posix_kill($this->daemon->pid, $signal);
    }

    /** @return list<int> the pids of the processes that serve requests */
    public function workers(): array
    {
        return $this->daemon->children();
    }

    abstract protected function request(string $page): WebRequest;

    protected function launch(array $command, array $environment = []): void
    {
        $this->daemon = new Daemon($command, "$this->folder/log", fn () => $this->request('none.php')->socket, $environment);
    }
}
