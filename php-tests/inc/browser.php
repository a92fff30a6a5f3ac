<?php
/*
 * Chromium without a window, driven by chromedriver (WebDriver). It ends with the test, even if that is killed.
 *
 *     $browser = new Browser;
 *     $browser->open("http://127.0.0.1:$port/login.php");
 *     $browser->type('#user', 'anna');
 *     $browser->click('#log-in');
 *     echo $browser->text('h1');
 *     $browser->newTab('http://...');
 *
 * Every call that names an element by CSS waits until it is there. A test that uses it begins with:
 * --SKIPIF-- require inc/browser.php; Browser::skip();
 */

require_once __DIR__ . '/server.php';
require_once __DIR__ . '/daemon.php';

final class Browser
{
    /** For everything that is waited for. */
    private const SECONDS = 120;
    private const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'; // as WebDriver names an element
    private const FLAGS = [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--disable-breakpad',
        '--no-first-run', '--no-proxy-server', '--disable-background-networking', '--disable-component-update', '--disable-sync',
        // Pages may name hosts on the Internet.
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost', '--window-size=1100,800',
    ];

    private readonly string $folder;
    private readonly string $address;
    private Daemon $driver;

    /** For --SKIPIF--: prints why there can be no browser. */
    public static function skip(): void
    {
        if (!self::package('usr/bin/chromedriver') || !self::package('usr/lib/chromium/chromium')) {
            echo 'skip there is no Chromium: tools/fetch-browser tells the reason';
        }
    }

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        mkdir("$this->folder/profile", 0700, true);
        $port = Server::freePort();
        $this->driver = new Daemon([self::package('usr/bin/chromedriver'), "--port=$port"], "$this->folder/log",
            fn () => ($client = @stream_socket_client("tcp://127.0.0.1:$port")) && fclose($client), $this->environment());
        $base = "http://127.0.0.1:$port/session";
        $session = self::send('POST', $base, ['capabilities' => ['alwaysMatch' => [
            'goog:chromeOptions' => ['binary' => self::package('usr/lib/chromium/chromium'), 'args' => [...self::FLAGS, "--user-data-dir=$this->folder/profile"]],
            'timeouts' => ['pageLoad' => self::SECONDS * 1000, 'script' => self::SECONDS * 1000],
        ]]]);
        $this->address = "$base/$session[sessionId]";
    }

    public function __destruct()
    {
        $this->quit();
    }

    public function quit(): void
    {
        if (isset($this->driver, $this->address) && is_dir($this->folder)) {
            try {
                self::send('DELETE', $this->address);
            } catch (RuntimeException) {
                // It is killed below.
            }
        }
        if (isset($this->driver)) {
            $this->driver->stop();
        }
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /** Opens a page in the current tab, and waits until it has loaded. */
    public function open(string $url): void
    {
        $this->command('POST', '/url', ['url' => $url]);
    }

    public function reload(): void
    {
        $this->command('POST', '/refresh', []);
    }

    /** How many elements there are now. */
    public function count(string $css): int
    {
        return count($this->command('POST', '/elements', ['using' => 'css selector', 'value' => $css]));
    }

    /** Waits until there is such an element, and one that has this text, if one is given. */
    public function await(string $css, string $text = ''): void
    {
        $this->until("$css $text", fn () => $this->run('return [...document.querySelectorAll(arguments[0])]
            .some(element => element.textContent.includes(arguments[1]))', $css, $text));
    }

    public function click(string $css): void
    {
        $this->on($css, 'click', []);
    }

    /** Replaces what is in a field. */
    public function type(string $css, string $text): void
    {
        $this->on($css, 'clear', []);
        $this->on($css, 'value', ['text' => $text]);
    }

    /** Its text, as it is seen. */
    public function text(string $css): string
    {
        return $this->on($css, 'text');
    }

    /** Runs JavaScript in the page and returns what it returns. It has `$arguments` in `arguments`. */
    public function run(string $script, mixed ...$arguments): mixed
    {
        return $this->command('POST', '/execute/sync', ['script' => $script, 'args' => $arguments]);
    }

    /** The same for the body of an async function: it may await. */
    public function runAsync(string $script, mixed ...$arguments): mixed
    {
        $script = "const done = arguments[arguments.length - 1];
            (async function () { $script }).apply(null, arguments).then(value => done([value]), error => done(String(error)))";
        $result = $this->command('POST', '/execute/async', ['script' => $script, 'args' => $arguments]);
        return is_array($result) ? $result[0] : throw new RuntimeException("the page's script: $result");
    }

    /** Waits until `$condition` returns a true value, and returns that. `$what` tells it in the exception. */
    public function until(string $what, callable $condition, float $seconds = self::SECONDS): mixed
    {
        $retried = '';
        try {
            return Server::waitFor(function () use ($condition, &$retried): mixed {
                try {
                    return $condition();
                } catch (BrowserRetry $retry) {
                    $retried = $retry->getMessage();
                    return null;
                }
            }, $seconds);
        } catch (BrowserError $e) {
            throw $e;
        } catch (RuntimeException) {
            throw new RuntimeException("not seen in $seconds seconds: $what $retried\n" . $this->page());
        }
    }

    /** The address of the page and its text, for messages. */
    public function page(): string
    {
        return $this->command('GET', '/url') . "\n" . $this->run('return document.body ? document.body.innerText.slice(0, 2000) : ""');
    }

    /** Opens a page in a new tab, which becomes the current one. Returns the tab. */
    public function newTab(string $url): string
    {
        $tab = $this->command('POST', '/window/new', ['type' => 'tab'])['handle'];
        $this->tab($tab);
        $this->open($url);
        return $tab;
    }

    /**
     * Opens each page in a new tab, all at the same time. The current tab stays. Returns the tabs.
     *
     * @return list<string>
     */
    public function newTabs(string ...$urls): array
    {
        $before = $this->tabs();
        $this->run('for (const url of arguments) window.open(url)', ...$urls);
        return array_values(array_diff($this->until('tabs', fn () => count($tabs = $this->tabs()) === count($before) + count($urls) ? $tabs : null), $before));
    }

    /** Makes a tab the current one. */
    public function tab(string $tab): void
    {
        $this->command('POST', '/window', ['handle' => $tab]);
    }

    /** @return list<string> */
    public function tabs(): array
    {
        return $this->command('GET', '/window/handles');
    }

    /** @return array<string, string> the cookies of the page */
    public function cookies(): array
    {
        return array_column($this->command('GET', '/cookie'), 'value', 'name');
    }

    public function setCookie(string $name, string $value, string $path = '/'): void
    {
        $this->command('POST', '/cookie', ['cookie' => ['name' => $name, 'value' => $value, 'path' => $path]]);
    }

    public function deleteCookies(): void
    {
        $this->command('DELETE', '/cookie');
    }

    /** The size of the window, and so of a picture. */
    public function size(int $width, int $height): void
    {
        $this->command('POST', '/window/rect', ['width' => $width, 'height' => $height]);
    }

    /** Writes a picture of the page (PNG). */
    public function screenshot(string $file): void
    {
        file_put_contents($file, base64_decode($this->command('GET', '/screenshot')));
    }

    /** A command for an element. A page that is just loading, or covers the element, is waited for. */
    private function on(string $css, string $what, ?array $body = null): mixed
    {
        return $this->until("$css ($what)", function () use ($css, $what, $body): array {
            $element = $this->command('POST', '/element', ['using' => 'css selector', 'value' => $css])[self::ELEMENT];
            return [$this->command($body === null ? 'GET' : 'POST', "/element/$element/$what", $body)];
        })[0];
    }

    private function command(string $method, string $path, ?array $body = null): mixed
    {
        return self::send($method, $this->address . $path, $body);
    }

    private static function send(string $method, string $url, ?array $body = null): mixed
    {
        // chromedriver keeps the connection open, so an answer ends where its header says.
        ['host' => $host, 'port' => $port, 'path' => $path] = parse_url($url);
        $content = $method === 'POST' ? json_encode((object) $body) : '';
        $answer = '';
        if ($socket = @stream_socket_client("tcp://$host:$port", timeout: self::SECONDS)) {
            stream_set_timeout($socket, 2 * self::SECONDS);
            fwrite($socket, "$method $path HTTP/1.1\r\nHost: $host:$port\r\nContent-Type: application/json\r\nContent-Length: " . strlen($content) . "\r\n\r\n$content");
            $head = (string) stream_get_line($socket, 65536, "\r\n\r\n");
            $length = preg_match('~^content-length: *(\d+)~mi', $head, $match) ? (int) $match[1] : 0;
            $answer = (string) stream_get_contents($socket, $length);
            fclose($socket);
        }
        $value = json_decode($answer, true)['value'] ?? null;
        if ($answer === '' || isset($value['error'])) {
            $error = $value['error'] ?? 'no answer';
            $message = "chromedriver: $error: " . strtok($value['message'] ?? '', "\n");
            throw in_array($error, ['no such element', 'stale element reference', 'element not interactable', 'element click intercepted',
                'invalid element state'], true) ? new BrowserRetry($message) : new BrowserError($message);
        }
        return $value;
    }

    private function environment(): array
    {
        $packages = dirname(__DIR__, 2) . '/target/packages';
        // Fonts may be installed, or unpacked beside Chromium.
        file_put_contents("$this->folder/fonts.conf", "<?xml version='1.0'?><fontconfig><dir>/usr/share/fonts</dir><dir>$packages/usr/share/fonts</dir>"
            . "<cachedir>$this->folder/fonts</cachedir></fontconfig>");
        return ['HOME' => $this->folder, 'TMPDIR' => $this->folder, 'FONTCONFIG_FILE' => "$this->folder/fonts.conf",
            'LD_LIBRARY_PATH' => unpacked_libraries()];
    }

    private static function package(string $file): ?string
    {
        foreach ([dirname(__DIR__, 2) . "/target/packages/$file", "/$file"] as $path) {
            if (is_executable($path)) {
                return $path;
            }
        }
        return null;
    }
}

/** chromedriver refused a command. */
class BrowserError extends RuntimeException
{
}

/** The same, and it may succeed later: the page is not ready. */
final class BrowserRetry extends BrowserError
{
}
