<?php
/*
 * Private database servers for the tests. Every server listens on loopback and a unix socket only, keeps its
 * data below target/test/run, and ends with the script that started it, whatever ends that.
 *
 *     $server = Server::shared();                                     the suite's server
 *     $server = Server::start(null, ['max_connections' => '5']);      one of the test's own
 *
 * On each there are two accounts: `root` without a password (socket only, for the test itself) and `app`,
 * which may do with the database `app` what a web application may.
 */

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

    public readonly string $flavour;
    public readonly int $port;
    public readonly string $socket;
    public int $pid = 0;

    /** Its data, or null when the server belongs to another process. */
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
     * A new server. `$options` are options of mysqld, as ['max_connections' => '5']; `$template`: another data folder
     * to begin with.
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
                // Between looking for a free port and binding it, another test may have taken it.
                if ($attempt == 3 || !preg_match('/address already in use/i', $e->getMessage())) {
                    throw $e;
                }
                $server->discard();
            }
        }
    }

    /** The server that the test suite shares, or where there is none, one that lives as long as the script. */
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

    /** What another process needs to reach this server by `shared()`. */
    public function describe(): string
    {
        return json_encode([
            'flavour' => $this->flavour, 'port' => $this->port, 'socket' => $this->socket, 'pid' => $this->pid,
        ], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES) . "\n";
    }

    /** The name of a table that no other test uses; the table itself is not made. */
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

    /** A connection as root by the socket, kept; errors are exceptions. */
    public function admin(): mysqli
    {
        if (!$this->admin) {
            mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
            $admin = @new mysqli('localhost', 'root', '', '', 0, $this->socket);
            // The test's own look at the server does not depend on the options under test.
            $admin->query('SET SESSION wait_timeout = 28800, autocommit = 1');
            $this->admin = $admin;
        }
        return $this->admin;
    }

    /** The rows as associative arrays; none for a statement that gives no rows. */
    public function query(string $sql): array
    {
        $result = $this->admin()->query($sql);
        return $result instanceof mysqli_result ? $result->fetch_all(MYSQLI_ASSOC) : [];
    }

    /** How many connections of the account `app` are open. On the shared server other tests have theirs too. */
    public function connections(): int
    {
        return count(array_filter($this->query('SHOW PROCESSLIST'), fn ($row) => $row['User'] === self::USER));
    }

    /** The server is gone from one moment to the next, as in a crash. Committed data stays. */
    public function kill(): void
    {
        $this->end(SIGKILL);
    }

    /** A clean shutdown. */
    public function stop(): void
    {
        $this->end(SIGTERM);
    }

    /** Stops it cleanly if it runs, and starts it again with the same data, port and socket. `$options`: for now only. */
    public function restart(array $options = []): void
    {
        if ($this->process) {
            $this->stop();
        }
        $this->launch($options);
    }

    /** What a stopped server prints when it is run with an option that makes it do something and end. */
    public function output(string $option): string
    {
        $this->own();
        exec(implode(' ', array_map(escapeshellarg(...), [...$this->command([]), $option])) . ' 2>&1 < /dev/null', $output);
        return implode("\n", $output);
    }

    /** The server stands still: it accepts connections (the kernel does) and answers nothing. */
    public function suspend(): void
    {
        $this->own();
        posix_kill($this->pid, SIGSTOP);
        // Each thread stops when it is its turn.
        self::waitFor(fn () => !preg_grep('~^State:\s+[^TZ]~m', array_map(fn ($file) => (string) @file_get_contents($file), glob("/proc/$this->pid/task/*/status"))));
    }

    public function resume(): void
    {
        $this->own();
        posix_kill($this->pid, SIGCONT);
    }

    /** Returns what `$condition` returns as soon as that is true; throws when that takes too long, on a busy machine too. */
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
        // The address of a unix socket has room for 107 bytes.
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
        $options = $more + $this->options + [
            // Small and quick. Commits reach the kernel but not the disk: kill() loses none of them.
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
            // A server that starts clears its folder for temporary tables, others' tables too.
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
        // A PHP that is killed takes its servers with it.
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
        posix_kill($this->pid, SIGCONT); // one that was suspended hears nothing but SIGKILL
        try {
            self::waitFor(fn () => !proc_get_status($this->process)['running']);
        } catch (RuntimeException) {
            posix_kill($this->pid, SIGKILL); // proc_close() waits for it
        }
        proc_close($this->process);
        $this->process = null;
    }

    /** Ends the server and forgets its data; runs at the end of the script in any case. */
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

    /** Where the data of running servers is; what a killed script left behind there is removed. */
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

    /** The data folder that every server of a flavour starts as a copy of: made once, by one process. */
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
                // What its mariadb-install-db does, which looks for the programs of an installed server.
                $sql = dirname($binary) . '/root/usr/share/mariadb/mariadb_';
                self::shell('sh', '-c', 'sql=$1; shift; { printf "%s;\\n" "CREATE DATABASE mysql" "USE mysql" "SET @auth_root_socket = NULL"'
                    . ' && cat "$sql"system_tables.sql "$sql"performance_tables.sql "$sql"system_tables_data.sql "$sql"sys_schema.sql; } | "$@"', 'sh', $sql,
                    ...self::binary($flavour), ...['--bootstrap', '--user=' . self::user(), "--datadir=$template.new", '--innodb-log-file-size=16M']);
            } else {
                // --force: the name of this machine need not resolve.
                self::shell('mariadb-install-db', '--no-defaults', '--user=' . self::user(), "--datadir=$template.new",
                    '--auth-root-authentication-method=normal', '--force', '--skip-test-db', '--innodb-log-file-size=16M',
                    '--tmpdir=' . dirname($template));
            }
            $server = self::make($flavour, "$template.new", []);
            $server->launch();
            // An anonymous account on localhost would be the one that `app` is taken for.
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

    /** The program and what has to come first. */
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

    /** Below the ports that the kernel gives to outgoing connections, so that none of them takes it during restart(). */
    public static function freePort(): int
    {
        for (;;) {
            $port = random_int(10000, 32000);
            if ($listener = @stream_socket_server("tcp://127.0.0.1:$port")) {
                fclose($listener);
                return $port;
            }
        }
    }

    /** Servers refuse to run as root unless they are told to. */
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

/** What a session id is called in the database, in hexadecimal: the first half of SHA-256 over namespace and id. */
function session_key(string $id, string $namespace = ''): string
{
    return substr(hash('sha256', "$namespace\0$id"), 0, 32);
}
