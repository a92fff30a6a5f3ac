--TEST--
No call lasts longer than docs/operations.md says, with silent or slow hosts, locked rows, and a frozen server
--FILE--
<?php
require __DIR__ . '/../inc/slow_host.php';

const CONNECT = 1;
const IO = 4;
const LOCK = 1;
const MARGIN = 6; // what the processes need on a busy machine
const START = CONNECT + LOCK + IO + 1;
const WRITE = 2 * CONNECT + LOCK + 4 * IO + 1;
const LOCKED = 3 * IO;
const TIMED = '
function timed(string $what, float $bound, callable $work): void {
    $start = hrtime(true);
    $result = $work();
    $seconds = (hrtime(true) - $start) / 1e9;
    fwrite(STDOUT, $seconds < $bound + ' . MARGIN . ' ? "" : "$what: $seconds seconds, not $bound\n");
}
set_error_handler(fn () => true);
';
$ini = fn (Session $session, array $hosts, array $more) => $more + [
    'rustsql.dsn' => hosts_dsn(array_map(fn ($host) => "127.0.0.1:$host->port", $hosts), '', ['user' => $session->user]), 'rustsql.table' => $session->table,
    'rustsql.connect_timeout' => CONNECT, 'rustsql.io_timeout' => IO, 'rustsql.lock_timeout' => LOCK, 'rustsql.retry_after' => 0,
];
$calls = [
    'write' => ['$_SESSION["n"]++; session_write_close();', WRITE],
    'large write' => ['$_SESSION["n"] = str_repeat("x", 3_000_000); session_write_close();', WRITE],
    'destroy' => ['session_destroy();', WRITE],
    'regenerate_id' => ['$_SESSION["n"]++; session_regenerate_id();', WRITE + START],
    'regenerate_id, destroying' => ['session_regenerate_id(true);', WRITE + START],
    'gc' => ['session_gc();', START],
    'unchanged' => ['session_write_close();', IO],
];
$running = [];

// From the start on.
$server = Server::start();
$frozen = Server::start();
$silent = new SilentHost;
$greeting = new SlowHost($server, true);
$admin = mysqli_init();
$admin->real_connect('localhost', 'root', '', 'app', 0, $server->socket);
$admin->query('SET autocommit = 0');
$start = 'timed("session_start", %f, session_start(...));';
foreach (['advisory', 'row'] as $lock) {
    $session = new Session($lock, [], $server);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    foreach ([[$greeting], [$silent, $greeting]] as $hosts) {
        $code = TIMED . sprintf($start, CONNECT * count($hosts)) . sprintf('timed("ping", %f, RustSql\ping(...));', CONNECT * count($hosts));
        $running["$lock, greets slowly, hosts: " . count($hosts)] = [$session, $session->start("$code fgets(STDIN);", $ini($session, $hosts, []))];
    }
    // Another transaction has the row: before the start, and after it.
    foreach ([0, LOCK] as $wait) {
        $locked = new Session($lock, [], $server, $session);
        $locked->run('session_start(); $_SESSION["n"] = 1;');
        $locks[] = $locked;
        $running["$lock, locked row, lock_timeout=$wait"] = [$locked, $locked->start(TIMED . 'pause("ready");' . sprintf($start, $wait + IO + 1), $ini($locked, [$server], ['rustsql.lock_timeout' => $wait]))];
    }
    if ($lock === 'advisory') {
        foreach (['write', 'large write', 'destroy', 'regenerate_id', 'regenerate_id, destroying'] as $what) {
            $locked = new Session($lock, [], $server, $session);
            $locked->run('session_start(); $_SESSION["n"] = 1;');
            $locks[] = $locked;
            [$call] = $calls[$what];
            $bound = LOCKED + (str_contains($what, 'regenerate') ? START : 0);
            $running["locked row, $what"] = [$locked, $locked->hold(TIMED . "timed('$what', $bound, function () { $call });", $ini($locked, [$server], []))];
        }
    }
    // Answers come slowly, or not at all.
    $slow[] = $one = new SlowHost($server);
    foreach (['slow' => [$server, $one], 'still' => [$frozen, $frozen]] as $how => [$at, $host]) {
        $same = new Session($lock, [], $at);
        foreach ($calls as $what => [$call, $bound]) {
            $one = new Session($lock, [], $at, $same);
            $one->run('session_start(); $_SESSION["n"] = 1;');
            $running["$lock, $how, $what"] = [$one, $one->hold(TIMED . "timed('$what', $bound, function () { $call });",
                $ini($one, [$host], ['rustsql.persistent' => (int) ($lock === 'row')]))];
        }
    }
}
foreach ($slow as $host) {
    $host->slow();
}
$frozen->suspend();
foreach ($locks as $locked) {
    $admin->query("SELECT * FROM $locked->table WHERE id = x'" . session_key($locked->id) . "' FOR UPDATE");
}
foreach ($running as [, $process]) {
    $process->write("go on\n");
}
foreach ($running as $what => [$session, $process]) {
    $printed = $session->finish($process, 120);
    $printed = preg_replace('~^ready\n~', '', $printed);
    echo $printed === '' ? '' : "$what: $printed";
}
echo "done\n";
?>
--EXPECT--
done
