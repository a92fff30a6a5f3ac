<?php
/* Apache with mod_php, whose workers are processes (prefork), as a web host: see web_host.php. */

require_once __DIR__ . '/web_host.php';

final class Apache extends WebHost
{
    private readonly int $port;

    public static function skip(): void
    {
        if (!getenv('APACHE') || !getenv('MOD_PHP')) {
            echo 'skip there is no Apache with a module of this PHP';
        }
    }

    public function __construct(Session $session, array $ini = [], int $workers = 1)
    {
        parent::__construct($session);
        $this->port = Server::freePort();
        $settings = array_filter(php_command($ini + $session->ini), fn ($part) => str_contains($part, '='));
        file_put_contents("$this->folder/php.ini", implode("\n", $settings) . "\n");
        $module = getenv('MOD_PHP');
        $modules = dirname($module);
        file_put_contents("$this->folder/apache.conf", <<<CONF
            ServerRoot $this->folder
            ServerName localhost
            Listen 127.0.0.1:$this->port
            PidFile $this->folder/pid
            ErrorLog $this->folder/error.log
            Mutex file:$this->folder default
            User #65534
            Group #65534
            LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so
            LoadModule authz_core_module $modules/mod_authz_core.so
            LoadModule php_module $module
            PHPIniDir $this->folder
            DocumentRoot $this->folder
            KeepAlive Off
            ServerLimit $workers
            MaxRequestWorkers $workers
            StartServers $workers
            MinSpareServers $workers
            MaxSpareServers $workers
            <Directory $this->folder>
                AllowOverride All
            </Directory>
            <FilesMatch \.php$>
                SetHandler application/x-httpd-php
            </FilesMatch>

            CONF);
        $libraries = implode(':', array_filter([getenv('APACHE_LIBRARIES'), getenv('LD_LIBRARY_PATH')]));
        $this->launch([getenv('APACHE'), '-f', "$this->folder/apache.conf", '-D', 'FOREGROUND'],
            ['LD_LIBRARY_PATH' => $libraries, 'PHP_INI_SCAN_DIR' => '']);
    }

    /** Adds a line to php.ini; it takes effect at the next restart. */
    public function set(string $line): void
    {
        file_put_contents("$this->folder/php.ini", "$line\n", FILE_APPEND);
    }

    protected function request(string $page): WebRequest
    {
        return new HttpRequest($this->port, "/$page");
    }
}
