--TEST--
The server of a kept connection is read-only, down, or frozen: the next request uses the next host
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';
require __DIR__ . '/../inc/fastcgi.php';

const REQUESTS = [
    'changed' => 'session_start(); echo $_SESSION["n"]++;',
    'unchanged' => 'session_start(); echo $_SESSION["n"];',
    'read and closed' => 'session_start(["read_and_close" => true]); echo $_SESSION["n"];',
    'strict' => 'ini_set("session.use_strict_mode", 1); session_start(); echo $_SESSION["n"]++;',
    'new' => 'session_id("new"); session_start(); $_SESSION["n"] = 1; echo "new";',
    'regenerated' => 'session_start(); $n = $_SESSION["n"]++; session_regenerate_id(); echo $n;',
    'destroyed' => 'session_start(); echo $_SESSION["n"]; session_destroy();',
];
$cases = [
    'read-only' => fn ($pair) => $pair->a->query('SET GLOBAL read_only = 1'),
    'gone' => fn ($pair) => $pair->a->kill(),
    'stands still' => fn ($pair) => $pair->a->suspend(),
];
$where = ' session_status() === PHP_SESSION_ACTIVE && print(" at " . RustSql\status()["host"]);';
foreach (LOCKS as $lock) {
    foreach ($cases as $case => $happens) {
        $waiting = [];
        // Each of those waits for two seconds.
        $requests = $case === 'stands still' ? ['changed', 'read and closed', 'new'] : array_keys(REQUESTS);
        foreach ($requests as $what) {
            // Each worker finds out for itself.
            $pair = new Pair($lock, ['rustsql.connect_timeout' => '1', 'rustsql.retry_after' => '0']);
            $host = new FastCgiWorker($pair->session);
            $host->run('session_start(); $_SESSION["n"] = 1;');
            $at = $host->run('session_start();' . $where);
            $pair->copy();
            $waiting[$what] = [$host, $pair, $at];
        }
        $idle = fn () => min(array_column(array_filter($pair->session->connections(), fn ($row) => $row['Command'] === 'Sleep'), 'Time'));
        if ($case === 'stands still') {
            // A server that answered within the last second is believed to be there.
            Server::waitFor(fn () => $idle() >= 2);
        }
        $happens($pair);
        foreach ($waiting as $what => [$host, $pair, $at]) {
            $seconds = Session::seconds(function () use (&$said, $host, $what, $where) {
                $said = $host->run(REQUESTS[$what] . $where);
            });
            $results[$case][$lock][] = "  $what: " . $pair->name(trim($at) . ', then ' . trim($said)) . ', stored there: ' . ($pair->stored($pair->b) ?? 'nothing')
                // connect_timeout for the one that stands still, and once more to connect to it; what a busy machine needs.
                . ($seconds < ($case === 'stands still' ? 2 : 0) + 7 ? '' : sprintf(' after %.1f s', $seconds));
            $host->kill();
        }
        $pair->a->resume();
        $results[$case][$lock] = implode("\n", $results[$case][$lock]) . "\n";
    }
}
foreach ($results as $case => $of) {
    echo "$case\n", $of['advisory'];
    foreach ($of as $lock => $result) {
        echo $result === $of['advisory'] ? '' : "$lock:\n$result";
    }
}
?>
--EXPECT--
read-only
  changed: at A, then 1 at B, stored there: n|i:2;
  unchanged: at A, then 1 at B, stored there: n|i:1;
  read and closed: at A, then 1, stored there: n|i:1;
  strict: at A, then 1 at B, stored there: n|i:2;
  new: at A, then new at B, stored there: n|i:1;
  regenerated: at A, then 1 at B, stored there: n|i:2;
  destroyed: at A, then 1, stored there: nothing
gone
  changed: at A, then 1 at B, stored there: n|i:2;
  unchanged: at A, then 1 at B, stored there: n|i:1;
  read and closed: at A, then 1, stored there: n|i:1;
  strict: at A, then 1 at B, stored there: n|i:2;
  new: at A, then new at B, stored there: n|i:1;
  regenerated: at A, then 1 at B, stored there: n|i:2;
  destroyed: at A, then 1, stored there: nothing
stands still
  changed: at A, then 1 at B, stored there: n|i:2;
  read and closed: at A, then 1, stored there: n|i:1;
  new: at A, then new at B, stored there: n|i:1;
