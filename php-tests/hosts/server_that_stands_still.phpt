--TEST--
The server stops answering while requests have sessions open: within io_timeout the write goes to the next host
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

foreach ([...LOCKS, 'merge'] as $lock) {
    $running = [];
    $changes = ['$_SESSION["n"] = 2;', '', 'session_regenerate_id();', 'session_destroy();', '$_SESSION["x"] = str_repeat("x", 2_000_000);'];
    // Who merges takes the row lock to destroy a session, and waits for that as long as for any lock.
    foreach (array_diff($changes, $lock === 'merge' ? ['session_destroy();'] : []) as $change) {
        $one = new Pair($lock, ['rustsql.io_timeout' => '1', 'rustsql.connect_timeout' => '1']);
        $one->session->run('session_start(); $_SESSION["n"] = 1;');
        $one->session->age();
        $one->copy();
        $running[] = [$change, $one, $one->session->hold("ob_start(); $change")];
    }
    $one->a->suspend();
    echo "$lock\n";
    // The timeouts, and what five processes and a server need: less than io_timeout is by default.
    $seconds = Session::seconds(function () use ($running) {
        foreach ($running as [, , $holder]) {
            $holder->write("go on\n");
        }
        foreach ($running as [$change, $one, $holder]) {
            echo '  ', preg_replace('~ = .*~', '', $change) ?: 'unchanged', ': ', $one->session->finish($holder);
            $row = Secure::opened($one->b->query("SELECT *, expires > UNIX_TIMESTAMP() + 1400 AS moved FROM app.{$one->session->table}
                WHERE id = x'" . session_key($one->session->id) . "'")[0] ?? null);
            echo $row ? preg_replace('~x{99,}~', 'x...', $row['data']) . ($row['moved'] ? '' : ', its expiry not moved') : 'no row', "\n";
        }
    });
    echo $seconds < 1 + 1 + 7 ? '' : "in $seconds seconds\n";
    $one->a->resume();
}
?>
--EXPECT--
advisory
  $_SESSION["n"]: n|i:2;
  unchanged: n|i:1;
  session_regenerate_id();: n|i:1;
  session_destroy();: no row
  $_SESSION["x"]: n|i:1;x|s:2000000:"x...";
row
  $_SESSION["n"]: n|i:2;
  unchanged: n|i:1;
  session_regenerate_id();: n|i:1;
  session_destroy();: no row
  $_SESSION["x"]: n|i:1;x|s:2000000:"x...";
merge
  $_SESSION["n"]: n|i:2;
  unchanged: n|i:1;
  session_regenerate_id();: n|i:1;
  $_SESSION["x"]: n|i:1;x|s:2000000:"x...";
