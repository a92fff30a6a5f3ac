<?php
/*
 * A page with Symfony's sessions on PHP-FPM, and a visitor of it. The storage is the one that FrameworkBundle makes for
 * `handler_id: null`, or for a service that is PHP's class SessionHandler.
 *
 *     $site = new SymfonySite('6.4', 'advisory');
 *     echo $site->visit('login');
 *
 * A test that uses it begins with: --SKIPIF-- require inc/symfony.php; SymfonySite::skip();
 */

require_once __DIR__ . '/fpm.php';

final class SymfonySite
{
    /** The folder of each version below target/, as tools/fetch-applications unpacks it. */
    public const VERSIONS = ['5.4' => 'packages', '6.4' => 'symfony-6.4'];

    private const PAGE = <<<'PAGE'
        <?php
        use Symfony\Component\HttpFoundation\Session\{Session, Storage\Handler\StrictSessionHandler, Storage\MetadataBag, Storage\NativeSessionStorage};

        require 'Symfony/Component/HttpFoundation/autoload.php';

        // Releases of Symfony 6 and 7 had this return type, which turns the false of a failed read into ''.
        class OlderStrictSessionHandler extends StrictSessionHandler
        {
            protected function doRead($sessionId): string
            {
                return parent::doRead($sessionId);
            }
        }

        [$action, $handler] = explode(' ', $_SERVER['QUERY_STRING'] . ' ');
        try {
            $session = new Session(new NativeSessionStorage(
                ['cookie_httponly' => true, 'cookie_samesite' => 'lax', 'gc_probability' => 1, 'gc_maxlifetime' => 1440],
                match ($handler) {
                    '' => null,
                    'SessionHandler' => new SessionHandler,
                    'OlderStrictSessionHandler' => new OlderStrictSessionHandler(new SessionHandler),
                },
                new MetadataBag('_sf2_meta', 120),
            ));
            match ($action) {
                'login' => [$session->set('user', 'Anna'), $session->migrate(true), $session->getFlashBag()->add('notice', 'Welcome')],
                'count' => $session->set('count', $session->get('count', 0) + 1),
                'slow-count' => [$count = $session->get('count', 0), usleep(1000), $session->set('count', $count + 1)],
                'show' => null,
                'logout' => [$session->get('user'), $session->invalidate()], // a firewall reads its token first
            };
            $text = sprintf('%s, count %d', $session->get('user', 'guest'), $session->get('count', 0));
            // As a layout with flash messages does, after the redirect of a form.
            if ($action === 'show') {
                $text .= implode(array_map(fn ($message) => ", message: $message", $session->getFlashBag()->get('notice')));
            }
            $session->save();
        } catch (RuntimeException $e) {
            http_response_code(500);
            $text = 'error page: ' . $e->getMessage();
        }
        echo $text;
        PAGE;

    public readonly Session $session;
    /** The visitor's cookie, or ''. */
    public string $cookie = '';
    private readonly Fpm $host;
    private readonly string $folder;

    public static function skip(): void
    {
        Fpm::skip();
        foreach (self::VERSIONS as $version => $folder) {
            if (!is_dir(self::target("$folder/usr/share/php/Symfony/Component/HttpFoundation"))) {
                echo "skip there is no Symfony $version: tools/fetch-applications tells the reason";
                return;
            }
        }
    }

    /** Its include_path. */
    public static function library(string $version): string
    {
        return self::target(self::VERSIONS[$version] . '/usr/share/php');
    }

    /** `$handler`: '' for `handler_id: null`, or the class of a handler. */
    public function __construct(string $version, string $lock, array $ini = [], int $workers = 1, private readonly string $handler = '')
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0700);
        file_put_contents("$this->folder/page.php", self::PAGE);
        $this->session = new Session($lock, $ini);
        $this->host = new Fpm($this->session, [
            'extension' => is_file($mbstring = self::target('packages' . ini_get('extension_dir') . '/mbstring.so')) ? $mbstring : 'mbstring',
            'include_path' => self::library($version),
            'error_log' => "$this->folder/log", 'log_errors' => '1', 'display_errors' => '0',
        ], ['pm.max_children' => (string) $workers, 'listen.backlog' => '100']);
    }

    public function __destruct()
    {
        @array_map(unlink(...), glob("$this->folder/*"));
        @rmdir($this->folder);
    }

    /** Sends a request without waiting for it. */
    public function begin(string $action): FastCgiRequest
    {
        return $this->host->pass("$this->folder/page.php", [
            'QUERY_STRING' => trim("$action $this->handler"),
            'HTTP_COOKIE' => $this->cookie === '' ? '' : "PHPSESSID=$this->cookie",
        ]);
    }

    /** Waits for the page, and takes the cookie that it brings. */
    public function finish(FastCgiRequest $request): string
    {
        $text = $request->wait();
        if (preg_match_all('~^Set-Cookie: PHPSESSID=([^;]*)~m', $request->answer(), $cookies)) {
            $this->cookie = end($cookies[1]) === 'deleted' ? '' : end($cookies[1]);
        }
        return $text;
    }

    public function visit(string $action): string
    {
        return $this->finish($this->begin($action));
    }

    /** The number of rows, or whether there is one of that cookie. */
    public function rows(?string $cookie = null): int
    {
        $where = $cookie === null ? '' : "WHERE id = x'" . session_key($cookie) . "'";
        return (int) $this->session->server->query("SELECT COUNT(*) n FROM app.{$this->session->table} $where")[0]['n'];
    }

    /** What PHP has logged, without dates. */
    public function log(): string
    {
        return Session::tidy(preg_replace('~^\[.*?\] PHP ~m', '', (string) @file_get_contents("$this->folder/log")));
    }

    public static function target(string $path): string
    {
        return dirname(__DIR__, 2) . "/target/$path";
    }
}
