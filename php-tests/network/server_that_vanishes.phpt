--TEST--
The network fails: the write of an open session, and the next session_start(), end within io_timeout and connect_timeout
--SKIPIF--
<?php
require __DIR__ . '/../inc/netns.php';
NetworkHost::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/netns.php';

const IO = 1;
const CONNECT = 1;
const MARGIN = 7; // what the processes need on a busy machine; the default of io_timeout is 10
define('TIMEOUTS', ['rustsql.io_timeout' => (string) IO, 'rustsql.connect_timeout' => (string) CONNECT]);
/** Says how long it took where it was longer than the settings allow. */
define('TIMED', 'require ' . var_export(dirname(__DIR__) . '/inc/session.php', true) . ';
function timed($work, $bound) {
    $seconds = Session::seconds(function () use ($work, &$result) { $result = $work(); });
    echo $seconds < $bound + ' . MARGIN . ' ? "" : "$seconds seconds\n";
    return $result;
}');

/** What was printed, with names for the addresses. */
function named(string $text): string
{
    global $host, $a, $b;
    $text = strtr($text, [$host->address($a) => 'A', $host->address($b, 1) => 'B']);
    return preg_replace('~(no answer in time|cannot connect).*~', '$1 ...', $text);
}

[$a, $b] = [NetworkHost::server(), NetworkHost::server()];
$host = new NetworkHost;
$running = [];
foreach (LOCKS as $lock) {
    foreach (['' => 'unchanged', '$_SESSION["n"] = 2;' => 'changed', '$_SESSION["n"] = str_repeat("x", 2_000_000);' => 'changed, 2 MB'] as $change => $name) {
        foreach ([[$a], [$a, $b]] as $servers) {
            $session = new Session($lock, [], $a);
            new Session($lock, [], $b); // the account
            // The other server has the table.
            $session->run('session_id("other"); session_start();', ['rustsql.dsn' => hosts_dsn([$b], '', ['user' => $session->user])]);
            $bound = IO + CONNECT * count($servers);
            $code = TIMED . "ob_start(); $change timed(session_write_close(...), $bound);
                \$new = timed(session_start(...), " . CONNECT . ' * ' . count($servers) . ');
                echo "the next: ", $new ? RustSql\status()["host"] : "none", "\n";';
            $ini = ['rustsql.dsn' => $host->dsn($session, $servers)] + TIMEOUTS;
            $running[] = ["$lock, $name, hosts: " . count($servers), $session, $host->within(fn () => $session->hold($code, $ini))];
        }
    }
}
$host->cut();
foreach ($running as [, , $holder]) {
    $holder->write("go on\n");
}
foreach ($running as [$case, $session, $holder]) {
    echo "$case: ", named($session->finish($holder));
    $row = $b->query("SELECT LEFT(data, 20) AS data FROM app.$session->table WHERE id = x'" . session_key($session->id) . "'")[0]['data'] ?? 'nothing';
    echo "  stored at B: $row\n";
}
?>
--EXPECT--
advisory, unchanged, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
advisory, unchanged, hosts: 2: the next: B
  stored at B: 
advisory, changed, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
advisory, changed, hosts: 2: the next: B
  stored at B: n|i:2;
advisory, changed, 2 MB, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
advisory, changed, 2 MB, hosts: 2: the next: B
  stored at B: n|s:2000000:"xxxxxxx
row, unchanged, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
row, unchanged, hosts: 2: the next: B
  stored at B: 
row, changed, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
row, changed, hosts: 2: the next: B
  stored at B: n|i:2;
row, changed, 2 MB, hosts: 1: Warning: rustsql: cannot connect ...
Warning: rustsql: cannot connect ...
the next: none
  stored at B: nothing
row, changed, 2 MB, hosts: 2: the next: B
  stored at B: n|s:2000000:"xxxxxxx
