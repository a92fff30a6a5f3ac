--TEST--
All hosts go down and come back: every worker fails in time with one warning, and works again at its next request
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const WORKERS = 4;
const TIMEOUT = 1;

/** Forks workers. Each makes a request at each line that it gets, and says how that went and how long it took. */
define('MASTER', 'require ' . var_export(dirname(__DIR__) . '/inc/session.php', true) . ';
    for ($n = 0; $n < ' . WORKERS . '; $n++) {
        $pairs[$n] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (!pcntl_fork()) {
            // Each worker ends with its own pair.
            array_map(fn ($pair) => fclose($pair[1]), $pairs);
            set_error_handler(function ($level, $message) use (&$messages) { $messages[] = $message; });
            while (fgets($pairs[$n][0])) {
                $messages = [];
                session_id("worker$n");
                $seconds = Session::seconds(function () use (&$result) {
                    $result = session_start() ? "request " . ($_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1) : "false";
                    session_write_close();
                });
                $ours = preg_grep("~\brustsql: ~", $messages);
                fwrite($pairs[$n][0], json_encode([$result, count($ours), implode($ours), count($messages), $seconds]) . "\n");
            }
            exit(0);
        }
        fclose($pairs[$n][0]);
    }
    while ($line = fgets(STDIN)) {
        foreach ($pairs as $pair) {
            fwrite($pair[1], $line);
        }
        foreach ($pairs as $pair) {
            fwrite(STDOUT, fgets($pair[1]));
        }
    }
    array_map(fn ($pair) => fclose($pair[1]), $pairs);
    while (pcntl_wait($status) > 0);');

$silent = new SilentHost;
foreach (LOCKS as $lock) {
    foreach (['killed', 'shut down'] as $how) {
        $server = Server::start();
        $session = new Session($lock, [], $server);
        $hosts = [$server, $silent];
        $master = php_start(MASTER, ['rustsql.dsn' => hosts_dsn($hosts, 'connect_timeout=' . TIMEOUT, ['user' => $session->user])] + $session->ini);
        $all = function (string $what) use ($master, $hosts, $server): void {
            $master->write("request\n");
            $answers = [];
            for ($n = 0; $n < WORKERS; $n++) {
                [$result, $ours, $text, $all, $seconds] = json_decode($master->readLine(30), true);
                $named = count(array_filter($hosts, fn ($host) => str_contains($text, host($host))));
                $answers[] = "$result, $ours of $all warnings ours, $named hosts named"
                    . ($seconds < TIMEOUT * count($hosts) + 10 ? '' : ", after $seconds seconds");
            }
            foreach (array_count_values($answers) as $answer => $times) {
                echo "  $what: $times × $answer\n";
            }
        };
        echo "$lock, $how\n";
        $all('up');
        $how === 'killed' ? $server->kill() : $server->stop();
        $all('down');
        $all('still down');
        $server->restart();
        $all('up again');
        echo $session->finish($master);
        $server->stop();
    }
}
?>
--EXPECT--
advisory, killed
  up: 4 × request 1, 0 of 0 warnings ours, 0 hosts named
  down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  still down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  up again: 4 × request 2, 0 of 0 warnings ours, 0 hosts named
advisory, shut down
  up: 4 × request 1, 0 of 0 warnings ours, 0 hosts named
  down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  still down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  up again: 4 × request 2, 0 of 0 warnings ours, 0 hosts named
row, killed
  up: 4 × request 1, 0 of 0 warnings ours, 0 hosts named
  down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  still down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  up again: 4 × request 2, 0 of 0 warnings ours, 0 hosts named
row, shut down
  up: 4 × request 1, 0 of 0 warnings ours, 0 hosts named
  down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  still down: 4 × false, 1 of 2 warnings ours, 2 hosts named
  up again: 4 × request 2, 0 of 0 warnings ours, 0 hosts named
