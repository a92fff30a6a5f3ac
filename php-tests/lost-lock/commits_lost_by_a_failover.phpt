--TEST--
After a failover or a restart that lost commits, a request that had read them writes its newer data, but never overwrites a newer write
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const REQUESTS = [
    'changes' => '$_SESSION["n"]++;',
    'touches' => '',
    'regenerates' => '$_SESSION["n"]++; session_regenerate_id();',
    'replaces' => '$_SESSION["n"]++; session_regenerate_id(true);',
    'destroys' => 'session_destroy();',
];

/** A request has read n=3. What is left has n=1, and a rival may have written n=2 since. What is stored then, and whether the request was warned. */
function outcome(string $lock, string $request, string $event, bool $rival): string
{
    $pair = new Pair($lock);
    $session = $pair->session;
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $pair->copy();
    $session->run('session_start(); $_SESSION["n"]++;');
    $session->run('session_start(); $_SESSION["n"]++;');
    $session->age();
    $holder = $session->hold('ob_start(); ' . REQUESTS[$request]);
    $event === 'restart' ? $pair->loseCommits() : $pair->a->kill();
    $left = $event === 'restart' ? $pair->a : $pair->b;
    if ($rival) {
        $pair->on($left, 'session_start(); $_SESSION["n"]++;');
    }
    $said = $session->finish($holder);
    $refused = str_contains($said, 'rustsql: the session was not written: another request has written newer data');
    return ($refused ? 'refused, ' : ($said === '' ? '' : "$said, ")) . ($pair->stored($left) ?? 'nothing');
}

foreach (LOCKS as $lock) {
    foreach (['failover', 'restart'] as $event) {
        foreach (['changes', 'touches'] as $request) {
            echo "$lock, $event, $request: ", outcome($lock, $request, $event, false), '; beside a rival: ', outcome($lock, $request, $event, true), "\n";
        }
    }
    foreach (['regenerates', 'replaces', 'destroys'] as $request) {
        echo "$lock, $request beside a rival: ", outcome($lock, $request, 'failover', true), "\n";
    }
}
?>
--EXPECT--
advisory, failover, changes: n|i:4;; beside a rival: refused, n|i:2;
advisory, failover, touches: n|i:3;; beside a rival: n|i:2;
advisory, restart, changes: n|i:4;; beside a rival: refused, n|i:2;
advisory, restart, touches: n|i:3;; beside a rival: n|i:2;
advisory, regenerates beside a rival: refused, n|i:2;
advisory, replaces beside a rival: refused, n|i:2;
advisory, destroys beside a rival: nothing
row, failover, changes: n|i:4;; beside a rival: refused, n|i:2;
row, failover, touches: n|i:3;; beside a rival: n|i:2;
row, restart, changes: n|i:4;; beside a rival: refused, n|i:2;
row, restart, touches: n|i:3;; beside a rival: n|i:2;
row, regenerates beside a rival: refused, n|i:2;
row, replaces beside a rival: refused, n|i:2;
row, destroys beside a rival: nothing
