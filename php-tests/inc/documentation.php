<?php
/*
 * The fenced blocks of README.md, SECURITY.md, CONTRIBUTING.md and docs/, and what is wrong with them.
 *
 *     foreach (documented('ini') as $block) {
 *         echo $ini->problem($block->text);
 *     }
 */

require_once __DIR__ . '/tls.php';

final class Block
{
    public function __construct(public readonly string $place, public readonly string $language, public readonly string $text)
    {
    }
}

function repository(): string
{
    return dirname(__DIR__, 2);
}

/** @return list<Block> of those languages, or of all, in the order of their pages */
function documented(string ...$languages): array
{
    $pages = array_map(fn ($name) => repository() . "/$name", ['README.md', 'SECURITY.md', 'CONTRIBUTING.md']);
    $blocks = [];
    foreach ([...$pages, ...glob(repository() . '/docs/*.md')] as $page) {
        array_push($blocks, ...blocks_of(file_get_contents($page), basename($page)));
    }
    return array_values(array_filter($blocks, fn (Block $block) => !$languages || in_array($block->language, $languages, true)));
}

/** @return list<Block> */
function blocks_of(string $page, string $name): array
{
    preg_match_all('~^( *)```(\w*)\n(.*?)^ *```$~ms', $page, $found, PREG_SET_ORDER | PREG_OFFSET_CAPTURE);
    $blocks = [];
    foreach ($found as [[, $at], [$indented], [$language], [$text]]) {
        $line = substr_count($page, "\n", 0, $at) + 1;
        $blocks[] = new Block("$name:$line", $language, preg_replace("~^$indented~m", '', $text));
    }
    return $blocks;
}

/** Blocks of php.ini or of a pool, tried with a server that has TLS and an account `app` with the password `secret`. */
final class IniBlocks
{
    private readonly Certificates $made;
    private readonly Server $server;
    private readonly CertificateFiles $certificate;
    private readonly array $known;

    public function __construct()
    {
        $this->made = new Certificates;
        $this->certificate = $this->made->make('db', $this->made->authority('ca'), ['DNS:localhost', 'IP:127.0.0.1']);
        $this->server = Server::start(null, $this->certificate->server());
        $this->server->query("ALTER USER 'app'@'%' IDENTIFIED BY 'secret'");
        $this->known = json_decode(php_run('echo json_encode(array_keys(ini_get_all(null, false)));')['out'], true);
    }

    /** What PHP, or a session with these settings, says against them; '' if nothing. */
    public function problem(string $block): string
    {
        // A setting in a comment is one that the reader may want.
        preg_match_all('~^;?\s*(?:php_(?:admin_)?(?:value|flag)\[)?([a-z_]+(?:\.[a-z_]+)?)\]?\s*=~m', $block, $names);
        $unknown = array_diff($names[1], $this->known, ['extension']);
        if ($unknown) {
            return 'unknown: ' . implode(' ', $unknown);
        }
        $ini = preg_replace('~^php_(?:admin_)?(?:value|flag)\[(.*?)\]~m', '$1', $block);
        $ini = preg_replace_callback('~"(?:mysql|mariadb)://.*?"~', fn ($dsn) => '"' . $this->dsn(trim($dsn[0], '"')) . '"', $ini);
        $ini = preg_replace_callback('~^((?:rustsql\.)(\w+)\s*=\s*)/[^\s;"]*~m', fn ($path) => $path[1] . $this->file($path[2]), $ini);
        $ini = preg_replace('~^extension\s*=\s*rustsql~m', '', $ini);
        $file = $this->made->folder . '/php.ini';
        file_put_contents($file, 'extension = ' . php_extension_file() . "\nrustsql.dsn = \"" . $this->dsn('mysql://app:secret@db/app') . "\"\n$ini");
        putenv("SSL_CERT_FILE={$this->certificate->ca}");
        $command = [getenv('TEST_PHP_EXECUTABLE'), '-c', $file];
        foreach (['display_errors' => '1', 'display_startup_errors' => '1', 'html_errors' => '0', 'log_errors' => '0', 'session.use_cookies' => '0',
            'session.cache_limiter' => '', 'session.save_handler' => 'rustsql'] as $key => $value) {
            array_push($command, '-d', "$key=$value");
        }
        if (str_starts_with((string) getenv('RUSTSQL_TEST_MODULES'), 'session')) {
            array_push($command, '-d', 'extension=session');
        }
        $code = 'echo implode("\n", array_filter(array_column(RustSql\ping(), "error")));
            session_start(); $_SESSION["kept"] = "yes"; $id = session_id(); session_write_close();
            session_id($id); session_start(); echo $_SESSION["kept"] ?? "not kept";';
        putenv('PHP_INI_SCAN_DIR=');
        $said = (new PhpProcess([...$command, '-r', $code]))->wait();
        return trim($said['out'] . $said['err']) === 'yes' ? '' : trim($said['out'] . $said['err']);
    }

    /** The DSN with this server in place of its hosts. */
    private function dsn(string $url): string
    {
        if (!preg_match('~^(\w+://(?:[^@/]*@)?)([^/?]*)(/.*)?$~', $url, $parts)) {
            return $url;
        }
        $rest = preg_replace('~(socket=)[^&]*~', '$1' . $this->server->socket, $parts[3] ?? '', -1, $sockets);
        // Hosts that cannot be: the text goes on to PHP as it is.
        $hosts = preg_replace('~\[[^\]]+\]|[\w.-]+~', 'localhost', preg_replace('~:\d+~', '', $parts[2]));
        $hosts = implode(',', array_map(fn ($host) => "$host:{$this->server->port}", explode(',', $hosts)));
        return $parts[1] . ($sockets ? $parts[2] : $hosts) . $rest;
    }

    /** A file as that setting wants it. */
    private function file(string $setting): string
    {
        $file = "{$this->made->folder}/$setting";
        $text = match ($setting) {
            'tls_ca' => file_get_contents($this->certificate->ca),
            'tls_cert' => file_get_contents($this->certificate->certificate),
            'tls_key' => file_get_contents($this->certificate->key),
            'password_file' => 'secret',
            'defaults_file' => "[client]\nuser = app\npassword = secret\nhost = localhost\nport = {$this->server->port}\ndatabase = app\n",
            'encryption_key_file' => str_repeat('1f', 32),
            default => null,
        };
        if ($text === null) {
            // A folder of the old save handler.
            is_dir($file) || mkdir($file);
            register_shutdown_function(fn () => @rmdir($file));
            return $file;
        }
        file_put_contents($file, $text);
        return $file;
    }
}

/** What is wrong with commands for a shell. The list has the commands that a machine may lack, with the reason. */
final class ShellBlocks
{
    /** @var array<string, true> those of the list that were met */
    public array $met = [];

    /** @param array<string, string> $missing */
    public function __construct(private readonly array $missing)
    {
    }

    public function problem(string $block): string
    {
        $file = tempnam(sys_get_temp_dir(), 'rustsql');
        file_put_contents($file, $block);
        exec('bash -n ' . escapeshellarg($file) . ' 2>&1', $said);
        unlink($file);
        $problems = $said;
        foreach ($this->commands($block) as $words) {
            $problems[] = $this->command($words);
        }
        return implode('; ', array_filter($problems));
    }

    /** @return list<list<string>> the words of each command, without quoted ones */
    private function commands(string $block): array
    {
        $text = preg_replace(["~<<'END'.*?^END$~ms", '~\\\\\n~', "~'[^']*'|\"[^\"]*\"~s", '~(?<=^|\s)#.*~m', '~\$\(.*?\)~s'], ['', ' ', 'QUOTED', '', 'QUOTED'], $block);
        $commands = array_map(fn ($part) => preg_split('~\s+~', trim($part)), preg_split('~\n|&&|\|+|;~', $text));
        return array_values(array_filter($commands, fn ($words) => $words[0] !== ''));
    }

    private function command(array $words): string
    {
        while (preg_match('~^(\w+)=~', $words[0], $variable)) {
            array_shift($words);
            if (!$words) {
                return '';
            }
            if ($problem = $this->variable($variable[1])) {
                return $problem;
            }
        }
        $words = array_values(array_filter($words, fn ($word) => $word !== 'sudo'));
        $name = $words[0];
        if (str_starts_with($name, '$') || $name === 'umask') {
            return '';
        }
        if (isset($this->missing[$name])) {
            $this->met[$name] = true;
            return '';
        }
        if (str_starts_with($name, 'tools/')) {
            return $this->tool($name, array_slice($words, 1));
        }
        if (!str_contains($name, 'QUOTED') && !shell_exec('command -v ' . escapeshellarg($name))) {
            return "no command $name";
        }
        if ($name === 'make') {
            $makefile = file_get_contents(repository() . '/Makefile');
            foreach (array_slice($words, 1) as $word) {
                if (preg_match('~^(\w+)=~', $word, $variable)) {
                    $problem = $this->variable($variable[1]);
                } else {
                    $problem = preg_match('~^' . preg_quote($word, '~') . ':~m', $makefile) ? '' : "no make $word";
                }
                if ($problem) {
                    return $problem;
                }
            }
        }
        return '';
    }

    private function tool(string $name, array $arguments): string
    {
        if (!is_executable(repository() . "/$name")) {
            return "no $name";
        }
        foreach ($arguments as $argument) {
            $option = str_starts_with($argument, '--') ? explode('=', $argument)[0] : '';
            if ($option && !str_contains(file_get_contents(repository() . "/$name") . shell_exec('cat ' . repository() . '/chaos/run.php'), substr($option, 2))) {
                return "$name has no $option";
            }
            if (preg_match('~^[\w-]+/[\w./-]+$~', $argument) && !file_exists(repository() . "/$argument")) {
                return "no $argument";
            }
        }
        return '';
    }

    /** A variable that nothing here reads has no effect. */
    private function variable(string $name): string
    {
        $folders = 'Makefile tools php-tests/inc php-tests/lying-server src chaos bench differential fuzz php-tests/panics';
        exec('cd ' . repository() . ' && grep -rqwF ' . escapeshellarg($name) . " $folders", $none, $status);
        // Those of cargo, of PHP, and of the shell block itself.
        return $status === 0 || preg_match('~^(CARGO_\w+|USE_ZEND_ALLOC|[a-z]+)$~', $name) ? '' : "nothing reads $name";
    }
}
