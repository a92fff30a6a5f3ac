<?php
/*
 * The sessions of another save handler, as an application has left them.
 *
 *     $old = new OldFiles;              or new OldServer('redis')
 *     $session = new Session('advisory', $old->ini());
 *     $old->store($session, 1);
 *     $session->run('session_start(); echo $_SESSION["n"]++;');
 *     $old->read($session);             null: it was taken over
 */

require_once __DIR__ . '/daemon.php';

final class OldFiles
{
    public readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-old-' . getmypid() . '-' . bin2hex(random_bytes(4));
        mkdir($this->folder, 0700);
        register_shutdown_function($this->remove(...));
    }

    /** The settings of a migration from this folder. */
    public function ini(int $depth = 0): array
    {
        return ['rustsql.migrate_from' => 'files', 'rustsql.migrate_path' => $depth ? "$depth;$this->folder" : $this->folder];
    }

    public function path(string $id, int $depth = 0): string
    {
        return implode('/', [$this->folder, ...($depth ? str_split(substr($id, 0, $depth)) : []), "sess_$id"]);
    }

    public function store(Session $session, int $n): void
    {
        $this->put($session->id, "n|i:$n;");
    }

    public function read(Session $session): ?int
    {
        $data = $this->get($session->id);
        return $data === null ? null : (int) filter_var($data, FILTER_SANITIZE_NUMBER_INT);
    }

    public function put(string $id, string $data, int $age = 0, int $depth = 0): void
    {
        $path = $this->path($id, $depth);
        is_dir(dirname($path)) || mkdir(dirname($path), 0700, true);
        file_put_contents($path, $data);
        touch($path, time() - $age);
    }

    public function get(string $id, int $depth = 0): ?string
    {
        clearstatcache();
        $path = $this->path($id, $depth);
        return is_file($path) ? file_get_contents($path) : null;
    }

    /** Locks the file, as a request of the old handler does. @return resource */
    public function hold(string $id)
    {
        $file = fopen($this->path($id), 'r+');
        flock($file, LOCK_EX);
        return $file;
    }

    public function remove(): void
    {
        exec('rm -rf ' . escapeshellarg($this->folder));
    }
}

/** A server of another save handler, its extension, and the settings of an application that used it. */
final class OldServer
{
    public const PACKAGES = __DIR__ . '/../../target/packages';

    public readonly Daemon $daemon;
    private readonly string $path;
    private readonly string $socket;

    /** @param string $kind `redis`, `redis-locking` or `memcached` */
    public function __construct(public readonly string $kind)
    {
        putenv('LD_LIBRARY_PATH=' . implode(':', array_map('dirname', glob(realpath(self::PACKAGES) . '/usr/lib/*/lib{memcached,hashkit,lzf}.so.?*', GLOB_BRACE))));
        $folder = sys_get_temp_dir() . "/rustsql-$kind-" . getmypid() . '-' . bin2hex(random_bytes(4));
        mkdir($folder, 0700);
        register_shutdown_function(fn () => exec('rm -rf ' . escapeshellarg($folder)));
        $this->socket = $socket = "$folder/socket";
        $this->path = $kind === 'memcached' ? $socket : "unix://$socket";
        $this->daemon = new Daemon($kind === 'memcached'
            ? [self::PACKAGES . '/usr/bin/memcached', '-s', $socket, '-u', posix_getpwuid(posix_geteuid())['name']]
            : [self::PACKAGES . '/usr/bin/redis-server', '--port', '0', '--unixsocket', $socket, '--save', '', '--appendonly', 'no', '--dir', $folder],
            "$folder/log", fn () => ($client = @stream_socket_client("unix://$socket")) && fclose($client));
    }

    /** Why it cannot run here, or null. */
    public static function missing(): ?string
    {
        $files = [self::PACKAGES . '/usr/bin/redis-server', self::PACKAGES . '/usr/bin/memcached', self::extension('redis'), self::extension('memcached')];
        return ($missing = array_filter($files, fn ($file) => !is_file($file))) ? 'no ' . reset($missing) : null;
    }

    public function handler(): string
    {
        return strtok($this->kind, '-');
    }

    /** The settings of a migration from it. */
    public function ini(): array
    {
        return ['rustsql.migrate_from' => $this->handler(), 'rustsql.migrate_path' => $this->path] + $this->extensions();
    }

    /** `$n` may be followed by other variables, as PHP code. */
    public function store(Session $session, int|string $n): void
    {
        $session->run("session_start(); \$_SESSION = ['n' => $n];", $this->itself());
    }

    public function read(Session $session): ?int
    {
        $said = $session->run('session_start(["read_and_close" => true]); echo $_SESSION["n"] ?? "none";', $this->itself());
        return trim($said) === 'none' ? null : (int) $said;
    }

    /** How often a session was looked for since the server's start. */
    public function looks(): int
    {
        $statistics = $this->command($this->kind === 'memcached' ? 'stats' : 'INFO commandstats');
        return preg_match('~(?:cmd_get |cmdstat_get:calls=)(\d+)~', $statistics, $found) ? (int) $found[1] : 0;
    }

    /** The server's answer to a line of its protocol. */
    public function command(string $line): string
    {
        $client = stream_socket_client("unix://$this->socket");
        fwrite($client, "$line\r\nquit\r\n");
        return stream_get_contents($client);
    }

    private function itself(): array
    {
        return ['session.save_handler' => $this->handler(), 'session.save_path' => $this->path, 'session.use_strict_mode' => '0'] + $this->extensions();
    }

    private function extensions(): array
    {
        $names = $this->kind === 'memcached' ? ['igbinary', 'msgpack', 'memcached'] : ['igbinary', 'redis'];
        return ['extension' => array_map(self::extension(...), $names), 'memcached.sess_persistent' => '0',
            'redis.session.locking_enabled' => $this->kind === 'redis-locking' ? '1' : '0', 'redis.session.lock_wait_time' => '2000', 'redis.session.lock_retries' => '3000'];
    }

    private static function extension(string $name): string
    {
        $folder = self::PACKAGES . PHP_EXTENSION_DIR;
        return (is_file("$folder/$name.so") ? $folder : PHP_EXTENSION_DIR) . "/$name.so";
    }
}
