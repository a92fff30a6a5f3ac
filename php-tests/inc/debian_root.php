<?php
/*
 * A clean Debian with PHP-FPM below a folder, from tools/fetch-debian-root. Packages are installed there as on a new machine; it
 * shares this one's network, so that it reaches the tests' servers.
 *
 *     $root = new DebianRoot();
 *     $root->run('dpkg', '-i', '/package.deb');
 *     $root->startFpm();
 *     echo $root->page('<?php echo "served";');
 *
 * A test that uses it begins with: --SKIPIF-- require inc/debian_root.php; DebianRoot::skip();
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/php.php';
require_once __DIR__ . '/daemon.php';
require_once __DIR__ . '/web_request.php';

final class DebianRoot
{
    private const PROJECT = __DIR__ . '/../..';

    public readonly string $folder;
    private ?Daemon $fpm = null;

    public static function skip(): void
    {
        $php = getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY;
        if (!is_file(self::tar())) {
            echo 'skip there is no clean Debian: tools/fetch-debian-root says why';
        } elseif (!is_file("/etc/php/" . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION . '/cli/php.ini') || !str_starts_with(realpath($php), '/usr/bin/')) {
            echo 'skip packages are for the PHP of Debian';
        } elseif (posix_geteuid() !== 0) {
            echo 'skip needs root, for chroot';
        }
    }

    private static function tar(): string
    {
        return getenv('DEBIAN_ROOT') ?: self::PROJECT . '/target/packages/debian-root.tar';
    }

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-root-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0755);
        register_shutdown_function(function (): void {
            $this->fpm?->stop();
            self::execute(['rm', '-r', '--one-file-system', $this->folder]);
        });
        self::execute(['tar', '-x', '-C', $this->folder, '-f', self::tar()]);
        // A test's root needs no fsync().
        file_put_contents("$this->folder/etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n");
        file_put_contents("$this->folder/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");
        chmod("$this->folder/usr/sbin/policy-rc.d", 0755);
    }

    /** Runs tools/package for these kinds. Returns the names of the files, which are in the root's top folder then. */
    public function pack(string ...$kinds): array
    {
        $said = self::execute(['env', "OUT=$this->folder", self::PROJECT . '/tools/package', ...$kinds]);
        return explode("\n", trim($said));
    }

    /** Runs a command in the root. Returns its output; throws if it fails. */
    public function run(string ...$command): string
    {
        // In a mount namespace of its own, where /proc ends with the command.
        return self::execute(['unshare', '--mount', 'sh', '-c', 'mount -t proc proc "$0/proc" && exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"',
            $this->folder, ...$command]);
    }

    public function exists(string $path): bool
    {
        return file_exists("$this->folder$path");
    }

    public function read(string $path): string
    {
        return file_get_contents("$this->folder$path");
    }

    public function write(string $path, string $text): void
    {
        @mkdir(dirname("$this->folder$path"), 0755, true);
        file_put_contents("$this->folder$path", $text);
    }

    /** Sets lines of an ini file that are commented out. */
    public function set(string $path, array $ini): void
    {
        $text = $this->read($path);
        foreach ($ini as $name => $value) {
            $text = preg_replace('~^;' . preg_quote($name) . ' = .*$~m', addcslashes("$name = \"$value\"", '\\$'), $text, 1, $count);
            if (!$count) {
                throw new RuntimeException("$path has no line ;$name");
            }
        }
        $this->write($path, $text);
    }

    /** Starts PHP-FPM with the settings that Debian ships. */
    public function startFpm(): void
    {
        // systemd makes it elsewhere.
        @mkdir(dirname($this->socket()), 0755, true);
        $program = basename(glob("$this->folder/usr/sbin/php-fpm*")[0]);
        $this->fpm = new Daemon(['chroot', $this->folder, $program, '--nodaemonize'], "$this->folder/fpm.log",
            // Its socket has a name before it takes connections.
            fn () => ($client = @stream_socket_client("unix://{$this->socket()}")) && fclose($client));
    }

    public function stopFpm(): void
    {
        $this->fpm->stop();
        $this->fpm = null;
        unlink($this->socket());
    }

    /** A request for a page with this code; returns headers and output. */
    public function page(string $code, array $variables = []): string
    {
        $this->write('/srv/page.php', $code);
        $request = new FastCgiRequest($this->socket(), '/srv/page.php', '', $variables);
        $request->wait();
        return $request->answer();
    }

    /** Counts in a session over two requests, as a browser with a cookie. Returns what the second one printed. */
    public function countInASession(): string
    {
        $code = '<?php session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo ini_get("session.save_handler"), " ", $_SESSION["n"];';
        $first = $this->page($code);
        if (!preg_match('~^Set-Cookie: (PHPSESSID=[^;]+)~m', $first, $cookie)) {
            return "no cookie: $first";
        }
        return explode("\r\n\r\n", $this->page($code, ['HTTP_COOKIE' => $cookie[1]]), 2)[1];
    }

    private function socket(): string
    {
        preg_match('~^listen = (.*)$~m', file_get_contents(glob("$this->folder/etc/php/*/fpm/pool.d/www.conf")[0]), $listen);
        return $this->folder . $listen[1];
    }

    private static function execute(array $command): string
    {
        $result = (new PhpProcess($command))->wait((float) (getenv('TEST_SECONDS') ?: 300) - 20);
        if ($result['exit'] !== 0) {
            throw new RuntimeException(implode(' ', $command) . " ended with {$result['exit']}:\n" . substr($result['out'] . $result['err'], -2000));
        }
        return $result['out'];
    }
}
