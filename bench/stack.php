<?php
/*
 * All that runs beside the load client: one nginx, a pool of PHP-FPM for each contestant that competes just now, and the
 * servers that keep the sessions. Each is started when it is first asked for.
 */
declare(strict_types=1);

final class Stack
{
    private const BUFFER_POOL = '2G';
    public const PACKAGES = __DIR__ . '/../target/packages';
    /** What MariaDB and MySQL have in common here. */
    private const DATABASE = ['innodb_buffer_pool_size' => self::BUFFER_POOL, 'max_connections' => '1000'];
    private const TABLES = [
        'CREATE TABLE app.sessions (id VARCHAR(128) CHARACTER SET ascii NOT NULL PRIMARY KEY, data MEDIUMBLOB NOT NULL, access INT UNSIGNED NOT NULL)',
        // As Symfony's PdoSessionHandler::createTable() makes it.
        'CREATE TABLE app.symfony_transactional (sess_id VARBINARY(128) NOT NULL PRIMARY KEY, sess_data BLOB NOT NULL, sess_lifetime INTEGER UNSIGNED NOT NULL, sess_time INTEGER UNSIGNED NOT NULL, INDEX sessions_sess_lifetime_idx (sess_lifetime)) COLLATE utf8mb4_bin, ENGINE = InnoDB',
        'CREATE TABLE app.symfony_advisory LIKE app.symfony_transactional',
    ];

    public readonly int $port;
    public readonly int $redisPort;
    public readonly int $memcachedPort;
    public readonly string $redisSocket;
    public readonly string $memcachedSocket;
    private readonly string $sockets;
    /** @var array<string, Server> */
    private array $databases = [];
    /** @var array<string, Daemon> */
    private array $daemons = [];
    /** @var array<string, Daemon> the pools, by contestant */
    private array $pools = [];
    /** @var array<string, Contestant> */
    private array $contestants = [];
    private ?Daemon $nginx = null;

    /** @param bool $everywhere the servers listen on all addresses, memcached by TCP alone; the databases offer TLS */
    public function __construct(private readonly bool $everywhere = false)
    {
        $this->port = Server::freePort();
        $this->redisPort = Server::freePort();
        $this->memcachedPort = Server::freePort();
        // The names of sockets must be short.
        $this->sockets = sys_get_temp_dir() . '/rustsql-bench-' . getmypid() . ($everywhere ? '-everywhere' : '');
        mkdir($this->sockets, 0700);
        register_shutdown_function(function (): void {
            array_map(unlink(...), glob("$this->sockets/*"));
            rmdir($this->sockets);
        });
        $this->redisSocket = "$this->sockets/redis.server";
        $this->memcachedSocket = "$this->sockets/memcached.server";
    }

    public static function folder(string $name): string
    {
        $folder = realpath(__DIR__ . '/..') . "/target/bench/$name";
        @mkdir($folder, 0777, true);
        return $folder;
    }

    public static function package(string $file): string
    {
        foreach ([self::PACKAGES . "/$file", "/$file"] as $path) {
            if (file_exists($path)) {
                return $path;
            }
        }
        throw new RuntimeException("no $file: see tools/bench");
    }

    public function socket(string $name): string
    {
        return "$this->sockets/$name.server";
    }

    public function database(string $name): Server
    {
        return $this->databases[$name] ??= $this->startDatabase($name);
    }

    /** `$name` is made as a contestant's is: mariadb, mariadb-flush1, mysql, mysql-flush1, mariadb-slow, table. */
    public static function databaseOptions(string $name): array
    {
        $flushes = str_ends_with($name, '-flush1') || str_ends_with($name, '-slow');
        return ['innodb_flush_log_at_trx_commit' => $flushes ? '1' : '2']
            + ($name === 'table' ? ['innodb_buffer_pool_size' => '8G'] : [])
            + (str_starts_with($name, 'mysql') ? ['innodb_redo_log_capacity' => '1G'] : ['innodb_log_file_size' => '1G'])
            + self::DATABASE;
    }

    private function startDatabase(string $name): Server
    {
        if ($name === 'mariadb-slow') {
            putenv('LD_PRELOAD=' . self::folder('') . 'slow_fsync.so');
        }
        $server = Server::start(str_starts_with($name, 'mysql') ? 'mysql' : 'mariadb', ($this->everywhere ? ['bind_address' => '0.0.0.0'] + Secure::options(Secure::files()) : []) + self::databaseOptions($name));
        putenv('LD_PRELOAD');
        array_map($server->query(...), self::TABLES);
        return $server;
    }

    /** The pids of the server that keeps a contestant's sessions. */
    public function serverPid(Contestant $contestant): ?int
    {
        return match ($contestant->server) {
            '' => null,
            'redis', 'memcached' => $this->daemons[$contestant->server]->pid,
            default => $this->database($contestant->server)->pid,
        };
    }

    /** `$host` has its servers: an address, instead of Unix sockets. */
    public function contestant(string $name, ?string $host = null): Contestant
    {
        return $this->contestants["$name $host"] ??= Contestant::make($name, $this, $host);
    }

    /** A pool of so many workers for the contestant, behind nginx at /NAME. */
    public function start(string $name, int $workers, array $ini = []): Contestant
    {
        $contestant = $this->contestant($name);
        $this->startServer($contestant);
        $this->stop($name);
        $socket = "$this->sockets/$name";
        $log = self::folder('logs') . "/$name.log";
        $config = self::folder('conf') . "/$name.conf";
        file_put_contents($config, implode("\n", [
            '[global]', 'daemonize = no', "error_log = $log", 'log_level = error',
            '[www]', "listen = $socket", 'listen.backlog = 511', 'pm = static', "pm.max_children = $workers", 'clear_env = no', '',
        ]));
        $command = [self::fpm(), '-n', '--nodaemonize', '--fpm-config', $config, ...(posix_geteuid() === 0 ? ['-R'] : []),
            ...self::settings($ini + $contestant->ini, $contestant->modules)];
        @unlink($socket);
        $pool = null;
        $ready = function () use (&$pool, $socket): bool {
            return ($client = @stream_socket_client("unix://$socket", timeout: 1)) && fclose($client);
        };
        $pool = new Daemon($command, $log, $ready, $contestant->environment);
        Server::waitFor(fn () => count($pool->children()) === $workers);
        $this->pools[$name] = $pool;
        $this->nginx();
        return $contestant;
    }

    public function startServer(Contestant $contestant): void
    {
        if ($contestant->server === 'redis') {
            $this->daemons['redis'] ??= $this->redis();
        } elseif ($contestant->server === 'memcached') {
            $this->daemons['memcached'] ??= $this->memcached();
        }
    }

    public function stop(string $name): void
    {
        if (isset($this->pools[$name])) {
            $this->pools[$name]->stop();
            unset($this->pools[$name]);
        }
    }

    /** @return list<int> */
    public function workers(string $name): array
    {
        return $this->pools[$name]->children();
    }

    /** @return list<int> */
    public function nginxPids(): array
    {
        return $this->nginx ? $this->nginx->children() : [];
    }

    /** The command line for a PHP that is to be like the pools, without FPM. */
    public function cli(string $name, array $ini = [], ?string $host = null): array
    {
        $contestant = $this->contestant($name, $host);
        $ini += $contestant->ini + ['session.use_cookies' => '0', 'session.cache_limiter' => ''];
        $environment = array_map(fn ($key, $value) => "$key=$value", array_keys($contestant->environment), $contestant->environment);
        return ['env', ...$environment, getenv('TEST_PHP_EXECUTABLE'), '-n', ...self::settings($ini, $contestant->modules)];
    }

    /** As -d options: what all have in common, and what is a contestant's own. */
    private static function settings(array $ini, array $modules): array
    {
        $options = ['-d', 'zend_extension=' . (extension_loaded('Zend OPcache') ? '' : 'opcache')];
        foreach ($modules as $module) {
            if (!in_array($module, self::builtIn(), true)) {
                $file = self::PACKAGES . ini_get('extension_dir') . "/$module.so";
                array_push($options, '-d', 'extension=' . (is_file($file) ? $file : $module));
            }
        }
        $ini += [
            'opcache.enable' => '1', 'opcache.enable_cli' => '1', 'display_errors' => '0', 'log_errors' => '1', 'html_errors' => '0',
            'include_path' => self::PACKAGES . '/usr/share/php',
            // Debian's packages collect by cron.
            'session.gc_probability' => '0', 'session.gc_maxlifetime' => '86400',
        ];
        foreach ($ini as $key => $value) {
            array_push($options, '-d', "$key=\"" . addcslashes((string) $value, '"\\$') . '"');
        }
        return $options;
    }

    private static function builtIn(): array
    {
        static $modules = null;
        if ($modules === null) {
            exec(escapeshellarg(getenv('TEST_PHP_EXECUTABLE')) . ' -n -m', $modules);
            $modules = array_map(strtolower(...), $modules);
        }
        return $modules;
    }

    private static function fpm(): string
    {
        return getenv('FPM') ?: throw new RuntimeException('no PHP-FPM: see tools/bench');
    }

    private function nginx(): void
    {
        if ($this->nginx) {
            return;
        }
        $folder = self::folder('nginx');
        $temporary = implode(' ', array_map(fn ($name) => "{$name}_temp_path $folder/$name;", ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']));
        $params = self::package('etc/nginx/fastcgi_params');
        $page = __DIR__ . '/web/page.php';
        file_put_contents("$folder/nginx.conf", (posix_geteuid() === 0 ? "user root;\n" : '') . <<<CONF
            worker_processes auto;
            daemon off;
            pid $folder/pid;
            error_log $folder/error.log error;
            events { worker_connections 1024; }
            http {
                access_log off;
                $temporary
                keepalive_requests 100000000;
                fastcgi_read_timeout 120s;
                server {
                    listen 127.0.0.1:$this->port;
                    location ~ ^/(?<name>[a-z0-9-]+)$ {
                        include $params;
                        fastcgi_param SCRIPT_FILENAME $page;
                        fastcgi_pass unix:$this->sockets/\$name;
                    }
                }
            }

            CONF);
        $this->nginx = new Daemon([self::package('usr/sbin/nginx'), '-p', $folder, '-e', "$folder/error.log", '-c', "$folder/nginx.conf"], "$folder/log",
            fn () => ($client = @stream_socket_client("tcp://127.0.0.1:$this->port")) && fclose($client));
    }

    private function redis(): Daemon
    {
        // Without snapshots, which cost it time now and then.
        return new Daemon([self::package('usr/bin/redis-server'), '--port', (string) $this->redisPort, '--bind', $this->everywhere ? '0.0.0.0' : '127.0.0.1',
            '--protected-mode', $this->everywhere ? 'no' : 'yes', '--unixsocket', $this->redisSocket,
            '--save', '', '--appendonly', 'no', '--dir', self::folder('redis')], self::folder('logs') . '/redis.log',
            fn () => ($client = @stream_socket_client("unix://$this->redisSocket")) && fclose($client));
    }

    private function memcached(): Daemon
    {
        $address = $this->everywhere ? ['-l', '0.0.0.0', '-p', (string) $this->memcachedPort] : ['-s', $this->memcachedSocket];
        $url = $this->everywhere ? "tcp://127.0.0.1:$this->memcachedPort" : "unix://$this->memcachedSocket";
        return new Daemon([self::package('usr/bin/memcached'), ...$address, '-m', '2048', '-u', posix_getpwuid(posix_geteuid())['name']],
            self::folder('logs') . '/memcached.log', fn () => ($client = @stream_socket_client($url)) && fclose($client));
    }
}
