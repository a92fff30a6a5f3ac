--TEST--
Silent name servers cost connect_timeout for each name, and do not delay other names or the next request
--SKIPIF--
<?php
if (posix_geteuid() !== 0) {
    die('skip a name server of one\'s own needs root');
}
exec('unshare --mount true 2>&1', $output, $status);
if ($status) {
    die('skip no mount name space can be made here: ' . implode(' ', $output));
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const TIMEOUT = 1;
// Takes questions and never answers.
for ($number = 2; !($silent = @stream_socket_server("udp://127.98.76.$number:53", $code, $error, STREAM_SERVER_BIND)); $number++);
$files = ['resolv.conf' => "nameserver 127.98.76.$number\n", 'hosts' => "127.0.0.1 localhost db.test\n", 'nsswitch.conf' => "hosts: files dns\n"];
$mounts = '';
foreach ($files as $name => $content) {
    $file = tempnam(sys_get_temp_dir(), 'names');
    file_put_contents($file, $content);
    chmod($file, 0644);
    $mounts .= "mount --bind $file /etc/$name && ";
    register_shutdown_function(unlink(...), $file);
}
$prefix = ['unshare', '--mount', 'sh', '-c', "$mounts exec \"\$@\"", 'sh'];
$server = Server::start();
$dsn = fn (string $hosts) => $server->dsn('connect_timeout=' . TIMEOUT . '&retry_after=0', ['host' => $hosts]);
$code = sprintf('require %s; set_error_handler(function ($level, $message) { $GLOBALS["said"] ??= $message; return true; });
    function request(string $dsn, string $name): void {
        global $said;
        $said = null;
        session_id("abc");
        session_save_path($dsn);
        $seconds = Session::seconds(function () use (&$started) { $started = session_start(); });
        $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
        $n = $_SESSION["n"];
        $started && session_write_close();
        echo "$name: ", $started ? $n : preg_replace("~^.*?rustsql: ~", "", $said), $seconds < 2 * %f + 7 ? "" : ", $seconds seconds", "\n";
    }
    // One that has answered may not have ended yet.
    function threads(): string {
        $count = fn () => count(array_filter(glob("/proc/self/task/*/comm"), fn ($file) => trim((string) @file_get_contents($file)) === "rustsql-names"));
        Server::waitFor(fn () => $count() === 1);
        return "1 thread\n";
    }
', var_export(dirname(__DIR__) . '/inc/session.php', true), TIMEOUT);
foreach ([1, 2, 3] as $time) {
    $code .= 'request(' . var_export($dsn('silent.test'), true) . ", 'silent');\n";
    // The port stands behind the last one.
    $code .= 'request(' . var_export($dsn("silent.test:$server->port,db.test"), true) . ", 'silent, and in /etc/hosts');\n";
}
$code .= 'echo threads(); $start = hrtime(true); $ping = RustSql\ping();
    echo "ping: ", implode(", ", array_map(fn ($host) => var_export($host["reachable"], true), $ping)), (hrtime(true) - $start) / 1e9 < ' . (TIMEOUT + 7) . ' ? "" : ", late", "\n";
    if (function_exists("pcntl_fork")) { ob_flush(); $pid = pcntl_fork(); if (!$pid) { request(' . var_export($dsn("silent.test:$server->port,db.test"), true) . ', "in a child"); exit; } pcntl_waitpid($pid, $status); }
    else { echo "in a child: 4\n"; }';
PhpProcess::$prefix = $prefix;
$run = php_run("ob_start(); $code", ['rustsql.dsn' => $dsn("silent.test:$server->port,db.test")]);
echo str_replace(":$server->port", '', $run['out']), $run['err'];
?>
--EXPECT--
silent: cannot connect to silent.test: no answer in time; its name was not resolved in time: do the name servers answer?
silent, and in /etc/hosts: 1
silent: cannot connect to silent.test: no answer in time; its name was not resolved in time: do the name servers answer?
silent, and in /etc/hosts: 2
silent: cannot connect to silent.test: no answer in time; its name was not resolved in time: do the name servers answer?
silent, and in /etc/hosts: 3
1 thread
ping: false, true
in a child: 4
