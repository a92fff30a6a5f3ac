--TEST--
The server stops taking writes while requests have sessions open: each write goes to the next host, but not over anything newer
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const CHANGE = '$_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;';
const CASES = [
    'new' => [CHANGE, []],
    'changed' => [CHANGE, []],
    'changed, and a rival wrote' => [CHANGE, ['session_start(); $_SESSION["n"] = 50;']],
    'changed, and destroyed elsewhere' => [CHANGE, ['session_start(); session_destroy();']],
    'changed, 2 MB' => ['$_SESSION["x"] = str_repeat("x", 2_000_000);', []],
    'unchanged, its expiry to be moved' => ['', []],
    'regenerated' => [CHANGE . 'var_dump(session_regenerate_id());', []],
    'destroyed' => ['var_dump(session_destroy());', []],
    'written twice' => ['$_SESSION["n"] = 3; session_write_close(); session_start(); $_SESSION["n"]++;', []],
];
foreach (LOCKS as $lock) {
    $running = [];
    foreach (CASES as $case => [$code, $rivals]) {
        $pair = new Pair($lock);
        $pair->on($pair->a, 'session_id("other"); session_start();'); // The table is there.
        if ($case !== 'new') {
            $pair->session->run('session_start(); $_SESSION["n"] = 2;');
        }
        $pair->session->age();
        $pair->copy();
        $running[] = [$case, $pair, $pair->session->hold("ob_start(); $code"), $rivals];
    }
    // An administrator does it by the same order, and waits for nobody's session.
    $pair->a->query('SET SESSION lock_wait_timeout = 5');
    $pair->a->query('SET GLOBAL read_only = 1');
    echo "$lock\n";
    foreach ($running as [$case, $pair, $holder, $rivals]) {
        foreach ($rivals as $rival) {
            echo $pair->on($pair->b, $rival);
        }
        echo "  $case: ", $pair->name($pair->session->finish($holder));
        $stored = Secure::opened($pair->b->query("SELECT *, expires > UNIX_TIMESTAMP() + 1400 AS moved FROM app.{$pair->session->table}
            WHERE id = x'" . session_key($pair->session->id) . "'")[0] ?? null);
        echo $stored ? preg_replace('~x{99,}~', 'x...', $stored['data']) . ($stored['moved'] ? '' : ', its expiry not moved') : 'no row', "\n";
        echo $pair->stored($pair->a) === ($case === 'new' ? null : 'n|i:2;') ? '' : "  the demoted server was written\n";
        echo $pair->on($pair->b, 'session_start();', ['rustsql.lock_timeout' => '0']);
    }
}
?>
--EXPECT--
advisory
  new: n|i:1;
  changed: n|i:3;
  changed, and a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:50;
  changed, and destroyed elsewhere: Warning: rustsql: the session was not written: another request has destroyed it since it was read
no row
  changed, 2 MB: n|i:2;x|s:2000000:"x...";
  unchanged, its expiry to be moved: n|i:2;
  regenerated: bool(true)
n|i:3;
  destroyed: bool(true)
no row
  written twice: n|i:4;
row
  new: n|i:1;
  changed: n|i:3;
  changed, and a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
n|i:50;
  changed, and destroyed elsewhere: Warning: rustsql: the session was not written: another request has destroyed it since it was read
no row
  changed, 2 MB: n|i:2;x|s:2000000:"x...";
  unchanged, its expiry to be moved: n|i:2;
  regenerated: bool(true)
n|i:3;
  destroyed: bool(true)
no row
  written twice: n|i:4;
