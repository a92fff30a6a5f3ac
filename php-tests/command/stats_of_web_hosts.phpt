--TEST--
rustsql stats shows the counters of web hosts and their sum, over HTTP and HTTPS, and says within its time which host has none and why
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/built_in_server.php';
require_once __DIR__ . '/../inc/certificates.php';
require __DIR__ . '/../inc/command.php';

$session = new Session('advisory');
$work = sys_get_temp_dir() . '/rustsql-pages-' . getmypid();
mkdir($work);
file_put_contents("$work/page.php", '<?php session_id("abc"); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;');
file_put_contents("$work/other.php", '<?php echo "rustsql, opens 5";');
file_put_contents("$work/large.php", '<?php echo "rustsql_opens_total 1\n", str_repeat("# more\n", 500000);');
file_put_contents("$work/away.php", '<?php header("Location: away.php");');
copy(dirname(__DIR__, 2) . '/examples/metrics.php', "$work/metrics.php");
$hosts = [new BuiltInServer($session, [], 0, $work), new BuiltInServer($session, [], 0, $work)];
$visit = fn (int $host, int $times) => array_map(fn () => file_get_contents($hosts[$host]->url('page.php')), range(1, $times));
$visit(0, 5);
$visit(1, 3);
$urls = array_map(fn ($host) => $host->url('metrics.php'), $hosts);
$name = fn (string $url) => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);

$one = command(['stats', '--json', $urls[0]]);
same([0, ''], [$one['exit'], $one['err']], 'one host: exit code');
$counters = json_decode($one['out'], true)['hosts'][0]['counters'];
same([5, 5, 0, 5], [$counters['opens'], $counters['writes'], $counters['refused_newer'], $counters['hold']['count']], 'one host');
check($counters['hold']['seconds'] > 0 && $counters['hold']['p50'] > 0 && $counters['hold']['p50'] <= $counters['hold']['p99'], 'times', $counters['hold']);
foreach (['opens', 'refused_other', 'bytes_written', 'lock_wait', 'round_trip'] as $key) {
    check(isset($counters[$key]), 'a counter', $key);
}
$both = json_decode(command(['stats', '--json', ...$urls])['out'], true);
same([5, 3, 8, 8], [...array_map(fn ($host) => $host['counters']['opens'], $both['hosts']), $both['sum']['opens'], $both['sum']['hold']['count']], 'two hosts');
same(array_map($name, $urls), array_column($both['hosts'], 'host'), 'their names');
$text = command(['stats', ...$urls])['out'];
check(preg_match("~^counter +{$name($urls[0])} +{$name($urls[1])} +all\n.*^opens +5 +3 +8\n.*^hold +5 +3 +8\nhold mean, ms +[\d.]+ +[\d.]+ +[\d.]+\nhold p50, ms +~ms", $text) === 1, 'as text', $text);
check(!str_contains($text, "\e"), 'no colours', $text);

// Each host that cannot be asked is named, and the others are shown. This one takes connections and never answers.
$silent = stream_socket_server('tcp://127.0.0.1:0');
$bad = [
    'http://127.0.0.1:1/metrics.php?key=xyzzy' => 'http://127.0.0.1:1/metrics.php: Connection refused',
    $hosts[0]->url('none.php') => 'none.php: the web server answered 404 Not Found',
    $hosts[0]->url('other.php') => 'other.php: this page has no counters of rustsql; copy examples/metrics.php to the web host',
    $hosts[0]->url('large.php') => 'large.php: this page is too long',
    $hosts[0]->url('away.php') => 'away.php: ',
    'http://user:xyzzy@' . stream_socket_get_name($silent, false) => ': no answer within 10 s',
    'ftp://127.0.0.1/' => 'ftp://127.0.0.1/: ',
];
$start = hrtime(true);
$some = command(['stats', ...array_keys($bad), $urls[1]]);
check(hrtime(true) - $start < 30e9, 'bounded');
same([1, ''], [$some['exit'], $some['err']], 'some hosts: exit code');
has([...array_values($bad)], $some['out'], 'some hosts');
check(preg_match('~^opens +3\n~m', $some['out']) === 1, 'some hosts: the one that answers', $some['out']);
check(!str_contains($some['out'], 'xyzzy'), 'no secret', $some['out']);
$none = command(['stats', '--json', $hosts[0]->url('none.php')]);
same([1, 'rustsql: ' . (json_decode($none['out'], true)['error'] ?? '') . "\n"], [$none['exit'], $none['err']], 'no host');
same([2, 2], [command(['stats'])['exit'], command(['stats', '--json', '--watch', $urls[0]])['exit']], 'wrong arguments');

// HTTPS: only a certificate that this machine trusts.
$certificates = new Certificates;
$files = $certificates->make('web', $certificates->authority('ca'), names: ['IP:127.0.0.1']);
$web = new PhpProcess([helper_php(), '-n', '-r', '
    $context = stream_context_create(["ssl" => ["local_cert" => $argv[1], "local_pk" => $argv[2]]]);
    $server = stream_socket_server("ssl://127.0.0.1:0", context: $context);
    echo stream_socket_get_name($server, false), "\n";
    while (true) {
        if ($client = @stream_socket_accept($server, -1)) {
            while (trim((string) fgets($client)) !== "");
            fwrite($client, "HTTP/1.0 200 OK\r\n\r\nrustsql_opens_total 7\n");
            fclose($client);
        }
    }', $files->certificate, $files->key]);
$url = 'https://' . $web->readLine() . '/';
has('certificate', command(['stats', $url], ['SSL_CERT_FILE' => '/etc/ssl/certs/ca-certificates.crt'])['err'], 'a certificate that nobody trusts');
has('opens        7', preg_replace('~ +~', '        ', command(['stats', $url], ['SSL_CERT_FILE' => $files->ca])['out']), 'a trusted one');

// Rates.
$watch = new PhpProcess([command_file(), 'stats', '--watch', $urls[0]]);
has('per second', $watch->readLine(), 'watch');
$visit(0, 4);
do {
    $line = $watch->readLine();
} while (!preg_match('~^opens +(?!0\.0)\d+\.\d$~', $line));
$watch->signal(SIGTERM);
array_map(unlink(...), glob("$work/*"));
rmdir($work);
echo "done\n";
--EXPECT--
done
