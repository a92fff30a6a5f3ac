<?php
/*
 * The demo: two web hosts share the sessions of one database. Run by tools/demo.
 *
 * A host is PHP's own web server with 16 workers on a port of its own, serving demo/web. The database is a private
 * MariaDB. This program is their only client; it shows four things with figures and fails if one of the first three is
 * not as promised. With KEEP=1 it then serves the buttons of the page; with KEEP=only it does nothing but that. All that it
 * starts ends with it, whatever ends it.
 */
declare(strict_types=1);

require __DIR__ . '/../php-tests/inc/server.php';
require __DIR__ . '/../php-tests/inc/php.php';
require __DIR__ . '/control.php';
require __DIR__ . '/host.php';

const REQUESTS = 400;
const WORKERS = 16;
const FOLDER = __DIR__ . '/../target/demo';
const RELEASE = FOLDER . '/release';

/** One HTTP request under way: sent when it is made, read whenever the caller has time. */
final class Request
{
    /** @var resource */
    public $socket;
    public bool $answered = false;
    private string $out;
    private string $in = '';

    public function __construct(Host $host, string $query, string $cookie = '')
    {
        $this->out = "POST /session.php?$query HTTP/1.1\r\nHost: 127.0.0.1:$host->port\r\nContent-Length: 0\r\n"
            . ($cookie ? "Cookie: $cookie\r\n" : '') . "\r\n";
        // Does not wait for the connection.
        $this->socket = stream_socket_client("tcp://127.0.0.1:$host->port", $code, $error, 10,
            STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT) ?: throw new RuntimeException("host $host->name: $error");
        stream_set_blocking($this->socket, false);
    }

    /** Brings requests forward until `$done` (all of them answered, if not said otherwise). */
    public static function run(array $requests, ?callable $done = null, float $seconds = 30): void
    {
        $done ??= fn () => !array_filter($requests, fn ($request) => !$request->answered);
        for ($end = now() + 1000 * $seconds; !$done(); ) {
            $open = array_filter($requests, fn ($request) => !$request->answered);
            $readable = array_map(fn ($request) => $request->socket, $open);
            $writable = array_intersect_key($readable, array_filter($open, fn ($request) => $request->out !== ''));
            $none = null;
            if (!$open || now() > $end) {
                throw new RuntimeException("a host did not answer as it should within $seconds seconds");
            }
            @stream_select($readable, $writable, $none, 0, 100_000);
            foreach (array_keys($writable) as $key) {
                $requests[$key]->write();
            }
            foreach (array_keys($readable) as $key) {
                $requests[$key]->read();
            }
        }
    }

    /** The lines of JSON that came so far, without those that are not. */
    public function lines(): array
    {
        $body = explode("\r\n\r\n", $this->in, 2)[1] ?? '';
        return array_values(array_filter(array_map(fn ($line) => json_decode($line, true), explode("\n", $body))));
    }

    /** What session.php said last. */
    public function answer(): array
    {
        self::run([$this]);
        $lines = $this->lines();
        $answer = end($lines) ?: throw new RuntimeException("a host answered:\n$this->in");
        return $answer['opened'] ? $answer : throw new RuntimeException("host $answer[host]: " . implode("\n", $answer['warnings']));
    }

    public function cookie(): string
    {
        return preg_match('/^Set-Cookie: (rustsql_demo=[^;]+)/mi', $this->in, $match)
            ? $match[1]
            : throw new RuntimeException('no cookie');
    }

    private function write(): void
    {
        $this->out = substr($this->out, (int) @fwrite($this->socket, $this->out));
    }

    private function read(): void
    {
        $this->in .= (string) @fread($this->socket, 65536);
        if (feof($this->socket)) {
            $this->answered = true;
            fclose($this->socket);
        }
    }
}

function now(): float
{
    return hrtime(true) / 1e6;
}

function say(string $text = ''): void
{
    echo $text, "\n";
}

/** A line of the table; `null` is neither good nor bad. */
function mark(?bool $good, string $what, string $measured): string
{
    [$sign, $colour] = match ($good) {
        true => ['✓', 32],
        false => ['✗', 31],
        null => ['·', 33],
    };
    $sign = stream_isatty(STDOUT) ? "\e[{$colour}m$sign\e[0m" : $sign;
    return sprintf("  %s  %-42s %s", $sign, $what, $measured);
}

/** A new session, made by a first request. */
function session(Host $host): string
{
    $first = new Request($host, 'do=read');
    $first->answer();
    return $first->cookie();
}

/** All at once, by turns to each host: [the counter after them, requests per second, the longest wait in ms, warnings]. */
function storm(array $hosts, string $cookie, string $query): array
{
    $start = now();
    $requests = [];
    for ($i = 0; $i < REQUESTS; $i++) {
        $requests[] = new Request($hosts[$i % count($hosts)], $query, $cookie);
    }
    Request::run($requests);
    $took = now() - $start;
    $answers = array_map(fn ($request) => $request->answer(), $requests);
    $waits = array_map(fn ($answer) => $answer['got'] - $answer['asked'], $answers);
    $count = (new Request($hosts[0], 'do=read', $cookie))->answer()['n'];
    return [$count, REQUESTS / $took * 1000, max($waits), array_merge(...array_column($answers, 'warnings'))];
}

/** A request that has the session open, and its first line. */
function hold(Host $host, string $cookie): array
{
    $request = new Request($host, 'do=hold&seconds=30', $cookie);
    Request::run([$request], fn () => $request->lines());
    return [$request, $request->lines()[0]];
}

/** How many requests wait for the lock of a session. */
function waiting(Server $database): int
{
    return count(array_keys(array_column($database->query('SHOW PROCESSLIST'), 'State'), 'User lock', true));
}

/** @return list<resource> on the ports that a person expects, or on any */
function listeners(): array
{
    $listen = fn (int $port) => @stream_socket_server("tcp://127.0.0.1:$port");
    return array_map(fn ($port) => $listen($port) ?: $listen(Server::freePort()), [8001, 8002, 8003]);
}

/** @param resource $listener */
function port($listener): int
{
    return (int) explode(':', stream_socket_get_name($listener, false))[1];
}

function demo(): bool
{
    @mkdir(FOLDER, 0777, true);
    $database = Server::start('mariadb');
    [$one, $two, $listener] = listeners();
    $token = bin2hex(random_bytes(16));
    $ports = ['A' => port($one), 'B' => port($two)];
    $environment = ['DEMO_PORTS' => implode(',', $ports), 'DEMO_CONTROL' => (string) port($listener), 'DEMO_TOKEN' => $token,
        'DEMO_DATABASE' => preg_replace('/^([\d.]+)-MariaDB.*/', 'MariaDB $1', $database->admin()->server_info), 'DEMO_RELEASE' => RELEASE];
    fclose($one);
    fclose($two);
    $hosts = [];
    foreach ($ports as $name => $port) {
        $hosts[$name] = new Host($name, $port, $database->dsn(), $environment);
    }
    say();
    say(sprintf('One %s, and two web hosts of PHP %s with %d workers each that keep their sessions in it:',
        $environment['DEMO_DATABASE'], PHP_VERSION, WORKERS));
    say("  host A {$hosts['A']->url()}   host B {$hosts['B']->url()}");
    $good = getenv('KEEP') === 'only' || checks($database, array_values($hosts));
    if (getenv('KEEP')) {
        say("Both hosts stay up. Open {$hosts['A']->url()} or {$hosts['B']->url()}");
        say('Enter or Ctrl-C stops them.');
        (new Control($listener, $token, $hosts, $database))->run();
    }
    return $good;
}

/** @param array{Host, Host} $hosts */
function checks(Server $database, array $hosts): bool
{
    [$a, $b] = $hosts;
    say();
    say('1  ' . REQUESTS . ' requests at once, half of them to each host, all with the same session. Each reads the counter,');
    say('   works for half a millisecond and stores the counter plus one.');
    $cookie = session($a);
    [$count, $rate, $wait, $warnings] = storm($hosts, $cookie, 'do=add');
    $first = $count === REQUESTS && !$warnings;
    $table[] = mark($first, REQUESTS . ' parallel requests on one session',
        sprintf('counter %d, %s lost', $count, REQUESTS - $count ?: 'none'));
    say(sprintf('   counter %d of %d   %.0f requests/s   longest wait for the session %.0f ms', $count, REQUESTS, $rate, $wait));

    say();
    say('2  A request on host A has the session and has changed it; one on host B waits for it. The first is killed (SIGKILL).');
    [$holder, $line] = hold($a, $cookie);
    $next = new Request($b, 'do=read', $cookie);
    Request::run([$next], fn () => waiting($database) > 0);
    $killed = now();
    posix_kill($line['pid'], SIGKILL);
    $answer = $next->answer();
    $ms = $answer['got'] - $killed;
    $second = $ms > 0 && $ms < 1000 && $answer['n'] === $count && !$answer['warnings'];
    $table[] = mark($second, 'the holder of the session killed', sprintf('the next one ran %.0f ms later, with what was stored', $ms));
    say(sprintf('   host B ran %.0f ms after the kill   it reads %d (stored before: %d)', $ms, $answer['n'], $count));

    say();
    say('3  A request on host A has the session open, and the database is restarted. Then the request stores the counter plus one.');
    [$holder] = hold($a, $cookie);
    $start = now();
    $database->restart();
    $ms = now() - $start;
    touch(RELEASE);
    $answer = $holder->answer();
    $warnings = $answer['warnings'];
    $read = (new Request($b, 'do=read', $cookie))->answer()['n'];
    $third = !$warnings && $read === $count + 1;
    $table[] = mark($third, 'the database restarted under a request',
        $third ? 'nothing lost, no warning' : ($warnings ? 'a warning' : 'a write was lost'));
    say(sprintf('   restarted in %.1f s   the request saw %s   host B reads %d (before: %d)', $ms / 1000,
        $warnings ? 'warnings: ' . implode(' ', $warnings) : 'no warning', $read, $count));

    say();
    say('4  For comparison, the ' . REQUESTS . ' requests of step 1 without locking (rustsql.lock=unlocked).');
    [$count, $rate] = storm($hosts, session($a), 'do=add&lock=unlocked');
    $table[] = mark(null, 'the same ' . REQUESTS . ' without locking', sprintf('counter %d, %d lost', $count, REQUESTS - $count));
    say(sprintf('   counter %d of %d   %.0f requests/s', $count, REQUESTS, $rate));

    say();
    array_map(say(...), $table);
    say();

    return $first && $second && $third;
}

// A signal ends the program as its own end does, with all that is registered for that.
if (function_exists('pcntl_async_signals')) {
    pcntl_async_signals(true);
    foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
        pcntl_signal($signal, fn (int $signal) => exit(128 + $signal));
    }
}
try {
    exit(demo() ? 0 : 1);
} catch (RuntimeException $e) {
    fwrite(STDERR, "\nThe demo failed: {$e->getMessage()}\n");
    exit(1);
}
