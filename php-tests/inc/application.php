<?php
/*
 * An application of Debian's packages on PHP's built-in web server, for a browser. It runs from a copy, so that a test may change
 * its settings.
 *
 *     $application = new Application($session, 'usr/share/dokuwiki', ['etc/dokuwiki', 'var/lib/dokuwiki']);
 *     $browser->open($application->url('doku.php'));
 *     echo $application->complaints();
 *
 * A test that uses it begins with: --SKIPIF-- require inc/application.php; Application::skip();
 */

require_once __DIR__ . '/built_in_server.php';
require_once __DIR__ . '/browser.php';

final class Application
{
    private const PACKAGES = __DIR__ . '/../../target/packages';
    private const MODULES = ['ctype', 'mbstring', 'xml', 'dom', 'simplexml', 'iconv', 'tokenizer'];

    private readonly string $folder;
    private ?BuiltInServer $host = null;

    /** For --SKIPIF--: prints why it cannot run. */
    public static function skip(): void
    {
        Browser::skip();
        if (!is_file(self::PACKAGES . '/usr/share/phpmyadmin/index.php')) {
            echo 'skip there are no applications: tools/fetch-applications tells the reason';
        }
    }

    /** `$root`: the folder that the web server shows; it and `$more` are copied. start() starts it. */
    public function __construct(public readonly Session $session, private readonly string $root, array $more = [])
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        $packages = realpath(self::PACKAGES);
        foreach ([$root, ...$more] as $part) {
            mkdir(dirname("$this->folder/$part"), 0755, true);
            exec('cp -a ' . escapeshellarg("$packages/$part") . ' ' . escapeshellarg("$this->folder/$part"));
        }
        // Debian's paths become those of the copy, or of what is unpacked. A file that is not there yet is in its folder.
        $moved = function (string $path) use ($packages, &$moved): string {
            foreach (["$this->folder$path", "$packages$path", $path] as $file) {
                if (file_exists($file)) {
                    return $file;
                }
            }
            return strlen($path) > 1 ? $moved(dirname($path)) . '/' . basename($path) : $path;
        };
        $copy = escapeshellarg($this->folder);
        exec("find $copy -type l '(' -xtype l -o -lname '/*' ')'", $links);
        foreach ($links as $link) {
            $path = substr(dirname($link), strlen($this->folder));
            for ($target = readlink($link); str_starts_with($target, '../'); $target = substr($target, 3)) {
                $path = dirname($path);
            }
            unlink($link);
            symlink($moved($target[0] === '/' ? $target : rtrim($path, '/') . "/$target"), $link);
        }
        exec("grep -rlE --include='*.php' '[\"'\\''](/usr/share|/etc|/var/lib)/' $copy", $files);
        foreach ($files as $file) {
            file_put_contents($file, preg_replace_callback('~(?<=["\'])/(?:usr/share|etc|var/lib)/[\w./-]+~', fn ($match) => $moved($match[0]), file_get_contents($file)));
        }
    }

    public function __destruct()
    {
        $this->host = null;
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /** Writes a file of the copy. */
    public function write(string $file, string $content): void
    {
        file_put_contents("$this->folder/$file", $content);
    }

    /** Starts the web server, with the settings of Debian's php.ini for production. If it runs, it is replaced. */
    public function start(array $ini = []): void
    {
        $unpacked = fn (string $module) => is_file($file = realpath(self::PACKAGES) . ini_get('extension_dir') . "/$module.so") ? $file : $module;
        $modules = array_filter(['mysqlnd', 'mysqli', ...self::MODULES], fn ($module) => is_file($unpacked($module)) || is_file(ini_get('extension_dir') . "/$module.so"));
        $this->host = new BuiltInServer($this->session, $ini + [
            'extension' => array_values(array_map($unpacked, $modules)),
            // As in every web server. A test may change files at any time.
            'zend_extension' => 'opcache', 'opcache.enable_cli' => '1', 'opcache.revalidate_freq' => '0',
            'include_path' => '.:' . realpath(self::PACKAGES) . '/usr/share/php:/usr/share/php',
            'session.use_cookies' => '1', 'session.cache_limiter' => 'nocache', 'session.gc_maxlifetime' => '1440',
            'error_reporting' => (string) (E_ALL & ~E_DEPRECATED & ~E_STRICT), 'display_errors' => '0', 'log_errors' => '1', 'error_log' => "$this->folder/php.log",
            'output_buffering' => '4096', 'variables_order' => 'GPCS',
        ], 5, "$this->folder/$this->root");
    }

    public function url(string $path = ''): string
    {
        return $this->host->url($path);
    }

    /** The stored row of a cookie's session. */
    public function row(string $id): ?array
    {
        return $this->session->server->query("SELECT * FROM app.{$this->session->table} WHERE id = x'" . session_key($id) . "'")[0] ?? null;
    }

    /** What rustsql wrote to PHP's log; and all of the log, if `$all`. */
    public function complaints(bool $all = false): string
    {
        return implode(preg_grep($all ? '~~' : '~rustsql: |session~i', @file("$this->folder/php.log") ?: []));
    }
}
