--TEST--
The server goes down while requests have sessions open: each write goes to the next host, but not over anything newer
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const CHANGE = '$_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;';
/** What the second server has of a session (the last commit, the one before, no row, no table), and what happened there since. */
const CASES = [
    'as it was read' => ['last', []],
    'a commit was lost' => ['one before', []],
    'the session never arrived' => ['no row', []],
    'its table never arrived' => ['no table', []],
    'a rival wrote' => ['last', ['session_start(); $_SESSION["n"] = 50;']],
    'a rival wrote upon a lost commit' => ['one before', ['session_start(); $_SESSION["n"] = 50; session_write_close();
        session_start(); $_SESSION["n"]++;']],
    'a rival changed nothing' => ['last', ['session_start();']],
    'destroyed' => ['last', ['session_start(); session_destroy();']],
    'destroyed and made again' => ['last', ['session_start(); session_destroy();', 'session_start(); $_SESSION["n"] = 50;']],
];
foreach (LOCKS as $lock) {
    $running = [];
    foreach (CASES as $case => [$copied, $rivals]) {
        foreach ([CHANGE => '', '' => ', unchanged'] as $change => $suffix) {
            $pair = new Pair($lock);
            $pair->on($pair->a, 'session_id("other"); session_start();'); // The table is there.
            $copied === 'no row' && $pair->copy();
            $pair->session->run('session_start(); $_SESSION["n"] = 1;');
            $copied === 'one before' && $pair->copy();
            $pair->session->run('session_start(); $_SESSION["n"] = 2;');
            $pair->session->age();
            $copied === 'last' && $pair->copy();
            $running[] = [$case . $suffix, $pair, $pair->session->hold($change), $rivals];
        }
    }
    foreach (['new' => [], 'new, and a rival made it' => ['session_start(); $_SESSION["n"] = 50;']] as $case => $rivals) {
        $pair = new Pair($lock);
        $pair->on($pair->a, 'session_id("other"); session_start();');
        $pair->copy();
        $running[] = [$case, $pair, $pair->session->hold(CHANGE), $rivals];
    }
    $pair->a->kill();
    echo "$lock\n";
    foreach ($running as [$case, $pair, $holder, $rivals]) {
        foreach ($rivals as $code) {
            echo $pair->on($pair->b, $code);
        }
        echo "  $case: ", $pair->session->finish($holder), json_encode($pair->stored($pair->b)), "\n";
        // No lock is left behind.
        echo $pair->on($pair->b, 'session_start();', ['rustsql.lock_timeout' => '0']);
    }
}
?>
--EXPECT--
advisory
  as it was read: "n|i:3;"
  as it was read, unchanged: "n|i:2;"
  a commit was lost: "n|i:3;"
  a commit was lost, unchanged: "n|i:2;"
  the session never arrived: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  the session never arrived, unchanged: null
  its table never arrived: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  its table never arrived, unchanged: null
  a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
  a rival wrote, unchanged: "n|i:50;"
  a rival wrote upon a lost commit: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:51;"
  a rival wrote upon a lost commit, unchanged: "n|i:51;"
  a rival changed nothing: "n|i:3;"
  a rival changed nothing, unchanged: "n|i:2;"
  destroyed: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  destroyed, unchanged: null
  destroyed and made again: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
  destroyed and made again, unchanged: "n|i:50;"
  new: "n|i:1;"
  new, and a rival made it: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
row
  as it was read: "n|i:3;"
  as it was read, unchanged: "n|i:2;"
  a commit was lost: "n|i:3;"
  a commit was lost, unchanged: "n|i:2;"
  the session never arrived: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  the session never arrived, unchanged: null
  its table never arrived: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  its table never arrived, unchanged: null
  a rival wrote: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
  a rival wrote, unchanged: "n|i:50;"
  a rival wrote upon a lost commit: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:51;"
  a rival wrote upon a lost commit, unchanged: "n|i:51;"
  a rival changed nothing: "n|i:3;"
  a rival changed nothing, unchanged: "n|i:2;"
  destroyed: Warning: rustsql: the session was not written: another request has destroyed it since it was read
null
  destroyed, unchanged: null
  destroyed and made again: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
  destroyed and made again, unchanged: "n|i:50;"
  new: "n|i:1;"
  new, and a rival made it: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
"n|i:50;"
