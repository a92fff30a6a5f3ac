<?php
/*
 * Private database servers for the tests. A server listens on loopback and a unix socket only, keeps its data below
 * target/test/run, and ends with the script that started it, even if that is killed.
 *
 *     $server = Server::shared();                                     the suite's server
 *     $server = Server::start(null, ['max_connections' => '5']);      a server for this test alone
 *
 * Each has two accounts: `root` without a password (socket only, for the test itself), and `app`, which has a web
 * application's privileges on the database `app`.
 */

require_once __DIR__ . '/secure.php';

/** The parts of a version, as src/store/version.rs has them. */
const MARK_BITS = 18;
const COUNTER_BITS = 9;

final class Server
{
    public const USER = 'app';
    public const PASSWORD = 'app-secret';
    public const DATABASE = 'app';

    private const START_SECONDS = 60;
    private const ACCOUNTS = [
        "CREATE DATABASE app",
        "CREATE USER 'app'@'%' IDENTIFIED BY 'app-secret'",
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO 'app'@'%'",
    ];

    private static ?Server $shared = null;
    private static int $count = 0;
    private static int $tables = 0;
    /** @var resource[] */
    private static array $ports = [];

    public readonly string $flavour;
    public readonly int $port;
    public readonly string $socket;
    public int $pid = 0;

    /** Its data folder, or null if another process owns the server. */
    private ?string $folder = null;
    private ?string $socketFolder = null;
    private array $options = [];
    /** @var resource|null */
    private $process = null;
    private ?mysqli $admin = null;

    private function __construct()
    {
    }

    /**
     * Starts a server. `$options` are options of mysqld, such as ['max_connections' => '5']. `$template` is the data folder to
     * copy, if it is not the usual one.
     */
    public static function start(?string $flavour = null, array $options = [], ?string $template = null): self
    {
        $flavour ??= getenv('RUSTSQL_TEST_FLAVOUR') ?: 'mariadb';
        $template ??= self::template($flavour);
        for ($attempt = 1; ; $attempt++) {
            $server = self::make($flavour, self::run() . '/' . getmypid() . '-' . ++self::$count, $options);
            self::shell('cp', '-a', $template, $server->folder);
            try {
                $server->launch();
                return $server;
            } catch (RuntimeException $e) {
                // Another program may have taken the port after it was found free.
                if ($attempt == 3 || !preg_match('/address already in use/i', $e->getMessage())) {
                    throw $e;
                }
                $server->discard();
            }
        }
    }

    /** The server of the test suite. Without a suite, a server that lives as long as the script. */
    public static function shared(): self
    {
        if (self::$shared) {
            return self::$shared;
        }
        $file = getenv('RUSTSQL_TEST_SERVER');
        if (!$file) {
            return self::$shared = self::start();
        }
        $is = json_decode(file_get_contents($file), true, 4, JSON_THROW_ON_ERROR);
        $server = new self;
        [$server->flavour, $server->port, $server->socket, $server->pid] =
            [$is['flavour'], $is['port'], $is['socket'], $is['pid']];
        return self::$shared = $server;
    }

    /** The description that `shared()` of another process reads. */
    public function describe(): string
    {
        return json_encode([
            'flavour' => $this->flavour, 'port' => $this->port, 'socket' => $this->socket, 'pid' => $this->pid,
        ], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES) . "\n";
    }

    /** A name of a table that no other test uses. The table is not created. */
    public function freshTable(): string
    {
        return 's_' . getmypid() . '_' . ++self::$tables;
    }

    /** `$override` replaces scheme, user, password, host, port or database. */
    public function dsn(string $params = '', array $override = []): string
    {
        $is = $override + [
            'scheme' => 'mysql', 'user' => self::USER, 'password' => self::PASSWORD,
            'host' => '127.0.0.1', 'port' => $this->port, 'database' => self::DATABASE,
        ];
        return sprintf('%s://%s:%s@%s:%d/%s', $is['scheme'], rawurlencode($is['user']), rawurlencode($is['password']),
            $is['host'], $is['port'], $is['database']) . ($params === '' ? '' : "?$params");
    }

    public function socketDsn(string $params = ''): string
    {
        return sprintf('mysql://%s:%s@localhost/%s?socket=%s', self::USER, self::PASSWORD, self::DATABASE, $this->socket)
            . ($params === '' ? '' : "&$params");
    }

    /** The connection as root by the socket. Errors are exceptions. */
    public function admin(): mysqli
    {
        if (!$this->admin) {
            mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
            $admin = @new mysqli('localhost', 'root', '', '', 0, $this->socket);
            // The test's own connection must not depend on the options under test.
            $admin->query('SET SESSION wait_timeout = 28800, autocommit = 1');
            $this->admin = $admin;
        }
        return $this->admin;
    }

    /** The rows as associative arrays; an empty array for a statement without a result set. */
    public function query(string $sql): array
    {
        $result = $this->admin()->query($sql);
        return $result instanceof mysqli_result ? $result->fetch_all(MYSQLI_ASSOC) : [];
    }

    /** The number of open connections of the account `app`. On the shared server it includes those of other tests. */
    public function connections(): int
    {
        return count(array_filter($this->query('SHOW PROCESSLIST'), fn ($row) => $row['User'] === self::USER));
    }

    /** Kills the server, as in a crash. Committed data stays. */
    public function kill(): void
    {
        $this->end(SIGKILL);
    }

    /** A clean shutdown. */
    public function stop(): void
    {
        $this->end(SIGTERM);
    }

    /** Stops it cleanly if it runs, and starts it with the same data, port and socket. `$options` apply to this start only. */
    public function restart(array $options = []): void
    {
        if ($this->process) {
            $this->stop();
        }
        $this->launch($options);
    }

    /** Runs the program of a stopped server with an option that makes it print something and exit. Returns the output. */
    public function output(string $option): string
    {
        $this->own();
        exec(implode(' ', array_map(escapeshellarg(...), [...$this->command([]), $option])) . ' 2>&1 < /dev/null', $output);
        return implode("\n", $output);
    }

    /** Stops the server's threads (SIGSTOP): the kernel accepts connections, and nothing answers. */
    public function suspend(): void
    {
        $this->own();
        posix_kill($this->pid, SIGSTOP);
        // The threads stop one after the other.
        self::waitFor(fn () => !preg_grep('~^State:\s+[^TZ]~m', array_map(fn ($file) => (string) @file_get_contents($file), glob("/proc/$this->pid/task/*/status"))));
    }

    public function resume(): void
    {
        $this->own();
        posix_kill($this->pid, SIGCONT);
    }

    /** Waits until `$condition` returns a true value, and returns that. Throws after a time that is long even for a busy machine. */
    public static function waitFor(callable $condition, float $seconds = 60): mixed
    {
        $end = hrtime(true) + $seconds * 1e9;
        while (!($value = $condition())) {
            if (hrtime(true) > $end) {
                throw new RuntimeException("waited $seconds seconds in vain");
            }
            usleep(5000);
        }
        return $value;
    }

    private static function make(string $flavour, string $folder, array $options): self
    {
        $server = new self;
        $server->flavour = $flavour;
        $server->folder = $folder;
        $server->options = $options;
        $server->port = self::freePort();
        // The path of a unix socket has at most 107 bytes.
        if (strlen("$folder/sock") > 100) {
            $server->socketFolder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
            mkdir($server->socketFolder, 0700);
        }
        $server->socket = ($server->socketFolder ?? $folder) . '/sock';
        register_shutdown_function($server->discard(...));
        return $server;
    }

    /** The program with all its options. */
    private function command(array $more): array
    {
        $options = $more + $this->options + Secure::options() + [
            // These are for a small and fast server. Commits reach the kernel but not the disk: kill() loses none of them.
            'innodb_buffer_pool_size' => '16M',
            'innodb_flush_log_at_trx_commit' => '2',
            'bind_address' => '127.0.0.1',
            'skip_name_resolve' => 'ON',
            'max_connections' => '100',
        ];
        $options += $this->flavour === 'mysql'
            ? ['innodb_redo_log_capacity' => '8M'] + (isset($options['log_bin']) ? [] : ['skip_log_bin' => null])
            : ['innodb_log_file_size' => '16M', 'innodb_temp_data_file_path' => 'ibtmp1:5M:autoextend'];
        $command = [...self::binary($this->flavour),
            "--datadir=$this->folder", "--socket=$this->socket", "--port=$this->port",
            // A server deletes all files in its tmpdir when it starts, so each has its own.
            "--pid-file=$this->folder/pid", "--tmpdir=$this->folder", '--user=' . self::user()];
        foreach ($options as $name => $value) {
            $command[] = '--' . strtr($name, '_', '-') . ($value === null ? '' : "=$value");
        }
        return $command;
    }

    private function launch(array $more = []): void
    {
        $this->own();
        $log = "$this->folder/server.log";
        // The server ends with this PHP, even if that is killed.
        $command = ['setpriv', '--pdeathsig', 'KILL', ...$this->command($more)];
        $output = ['file', $log, 'a'];
        $this->process = proc_open($command, [['file', '/dev/null', 'r'], $output, $output], $pipes, $this->folder);
        $this->pid = proc_get_status($this->process)['pid'];
        try {
            self::waitFor(function (): bool {
                if (!proc_get_status($this->process)['running']) {
                    throw new RuntimeException('it ended');
                }
                try {
                    return (bool) $this->admin();
                } catch (mysqli_sql_exception) {
                    return false;
                }
            }, self::START_SECONDS);
        } catch (RuntimeException $e) {
            $this->end(SIGKILL);
            $tail = implode('', array_slice(@file($log) ?: [], -40));
            throw new RuntimeException("$this->flavour does not start: {$e->getMessage()}\n$tail");
        }
    }

    private function end(int $signal): void
    {
        $this->own();
        $this->admin = null;
        if (!$this->process) {
            return;
        }
        posix_kill($this->pid, $signal);
        posix_kill($this->pid, SIGCONT); // a suspended process reacts to SIGKILL only
        try {
            self::waitFor(fn () => !proc_get_status($this->process)['running']);
        } catch (RuntimeException) {
            posix_kill($this->pid, SIGKILL); // proc_close() waits for it
        }
        proc_close($this->process);
        $this->process = null;
    }

    /** Ends the server and deletes its data. Always runs at the end of the script. */
    private function discard(): void
    {
        if ($this->folder) {
            $this->end(SIGKILL);
            self::shell('rm', '-rf', $this->folder, ...(array) $this->socketFolder);
            $this->folder = null;
        }
    }

    private function own(): void
    {
        if (!$this->folder) {
            throw new LogicException('this server is shared with other tests (or was discarded): use Server::start()');
        }
    }

    /** The folder with the data of running servers. Data of a killed script is deleted. */
    private static function run(): string
    {
        $run = self::folder('run');
        foreach (glob("$run/*") as $folder) {
            if (!file_exists('/proc/' . (int) basename($folder))) {
                self::shell('rm', '-rf', $folder);
            }
        }
        return $run;
    }

    /** The data folder that each server of a flavour copies. One process creates it once. */
    private static function template(string $flavour): string
    {
        $binary = realpath(self::binary($flavour)[0]);
        $key = hash('crc32b', json_encode([$binary, filemtime($binary), filesize($binary), self::ACCOUNTS]));
        $template = self::folder('templates') . "/$flavour-$key";
        $lock = fopen("$template.lock", 'c');
        flock($lock, LOCK_EX);
        if (!is_dir($template)) {
            self::shell('rm', '-rf', "$template.new");
            mkdir("$template.new");
            if ($flavour === 'mysql') {
                self::shell(...self::binary($flavour), ...['--initialize-insecure', '--user=' . self::user(),
                    "--datadir=$template.new", '--innodb-redo-log-capacity=8M', '--innodb-autoextend-increment=1']);
            } elseif ($flavour === 'mariadb-11.8') {
                // These are the steps of its mariadb-install-db, which itself needs an installed server.
                $sql = dirname($binary) . '/root/usr/share/mariadb/mariadb_';
                self::shell('sh', '-c', 'sql=$1; shift; { printf "%s;\\n" "CREATE DATABASE mysql" "USE mysql" "SET @auth_root_socket = NULL"'
                    . ' && cat "$sql"system_tables.sql "$sql"performance_tables.sql "$sql"system_tables_data.sql "$sql"sys_schema.sql; } | "$@"', 'sh', $sql,
                    ...self::binary($flavour), ...['--bootstrap', '--user=' . self::user(), "--datadir=$template.new", '--innodb-log-file-size=16M']);
            } else {
                // --force: the machine's name may not resolve.
                self::shell('mariadb-install-db', '--no-defaults', '--user=' . self::user(), "--datadir=$template.new",
                    '--auth-root-authentication-method=normal', '--force', '--skip-test-db', '--innodb-log-file-size=16M',
                    '--tmpdir=' . dirname($template));
            }
            $server = self::make($flavour, "$template.new", []);
            $server->launch();
            // The server would use an anonymous account on localhost instead of `app`.
            foreach ($server->query("SELECT user, host FROM mysql.user WHERE user = '' OR (user = 'root' AND host <> 'localhost')") as $row) {
                $row = array_change_key_case($row);
                $server->query("DROP USER '$row[user]'@'$row[host]'");
            }
            array_map($server->query(...), self::ACCOUNTS);
            $server->stop();
            @unlink("$template.new/auto.cnf"); // the server's identity: each copy makes its own
            rename("$template.new", $template);
            $server->discard();
        }
        fclose($lock);
        return $template;
    }

    /** The program and its first arguments. */
    private static function binary(string $flavour): array
    {
        if ($flavour === 'mysql') {
            $binary = dirname(__DIR__, 2) . '/target/mysql/mysqld';
            return is_executable($binary) ? [$binary] : throw new RuntimeException('no MySQL: run tools/fetch-mysql');
        }
        if ($flavour === 'mariadb-11.8') {
            $binary = dirname(__DIR__, 2) . '/target/mariadb-11.8/mariadbd';
            return is_executable($binary) ? [$binary] : throw new RuntimeException('no MariaDB 11.8: run tools/fetch-mariadb');
        }
        foreach ([...explode(':', getenv('PATH') ?: ''), '/usr/sbin', '/usr/local/sbin'] as $folder) {
            if (is_executable("$folder/mariadbd")) {
                return ["$folder/mariadbd", '--no-defaults'];
            }
        }
        throw new RuntimeException('no mariadbd: run tools/deps');
    }

    /**
     * A port below those of outgoing connections, so that none of them takes it before it is bound, or during restart(). No other
     * process gets it from here as long as this one lives: each keeps a socket with the port in its abstract name.
     */
    public static function freePort(): int
    {
        for (;;) {
            $port = random_int(10000, 32000);
            $taken = @stream_socket_server("unix://\0rustsql-port-$port");
            if ($taken && $listener = @stream_socket_server("tcp://127.0.0.1:$port")) {
                fclose($listener);
                self::$ports[] = $taken;
                return $port;
            }
        }
    }

    /** The value of --user: a server refuses to run as root without it. */
    private static function user(): string
    {
        return posix_getpwuid(posix_geteuid())['name'];
    }

    private static function folder(string $name): string
    {
        $folder = dirname(__DIR__, 2) . "/target/test/$name";
        @mkdir($folder, 0777, true);
        return $folder;
    }

    private static function shell(string ...$command): void
    {
        exec(implode(' ', array_map(escapeshellarg(...), $command)) . ' 2>&1 < /dev/null', $output, $status);
        if ($status !== 0) {
            throw new RuntimeException("$command[0] failed ($status):\n" . implode("\n", array_slice($output, -40)));
        }
    }
}

/** The primary key of a session id in hexadecimal: the first half of SHA-256 over namespace, NUL and id. */
function session_key(string $id, string $namespace = ''): string
{
    return substr(hash('sha256', "$namespace\0$id"), 0, 32);
}

/** The name for GET_LOCK of a session in this table. */
function session_lock(string $table, string $id): string
{
    return 'rustsql.' . substr(hash('sha256', "app\0$table\0" . hex2bin(session_key($id))), 0, 32);
}
