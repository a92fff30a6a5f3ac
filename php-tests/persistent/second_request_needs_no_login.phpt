--TEST--
On a kept connection a request sends prepared statements: one to lock and read, one to write, and the release behind it
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';
require __DIR__ . '/../inc/proxy.php';

const REQUESTS = [
    'changed' => 'session_start(); $_SESSION["n"]++;',
    'changed, 2 MB' => 'session_start(); $_SESSION["x"] = str_repeat("x", 2_000_000);',
    'unchanged' => 'session_start();',
    'aborted' => 'session_start(); $_SESSION["n"]++; session_abort();',
    'read and closed' => 'session_start(["read_and_close" => true]);',
    'read_only' => 'ini_set("rustsql.read_only", 1); session_start();',
    'strict' => 'ini_set("session.use_strict_mode", 1); session_start(); $_SESSION["n"]++;',
    'strict, unknown id' => 'ini_set("session.use_strict_mode", 1); session_id("unknown"); session_start();',
    'new' => 'session_id("new" . hrtime(true)); session_start(); $_SESSION["n"] = 1;',
    'regenerated' => 'session_start(); $_SESSION["n"]++; session_regenerate_id();',
    'written twice' => 'session_start(); $_SESSION["n"]++; session_write_close(); session_start(); $_SESSION["n"]++;',
    'destroyed' => 'session_start(); session_destroy();',
    'no session' => '',
];

/** All that a worker sends which runs `$code` so many times, and what it says. `$before`: what makes the session as it was. */
function packets(Session $session, FastCgiWorker $before, Proxy $proxy, string $code, int $times): string
{
    // Whoever was idle for a second is asked whether he is still there: on a busy machine, again.
    for ($attempt = 1; ; $attempt++) {
        $host = new FastCgiWorker($session, ['rustsql.dsn' => $proxy->dsn('', ['user' => $session->user])]);
        $said = '';
        for ($i = 0; $i < $times; $i++) {
            // It changes the session each time: its lock is then free at once, and not only when its connection has ended.
            $before->run('session_start(); $_SESSION = ["n" => 1, "at" => hrtime(true)];');
            $said .= $i ? '' : $host->run('session_start();');
            $said .= $host->run($code);
        }
        $host->end();
        $all = $proxy->nextConnection();
        if (!str_contains($all, 'ping') || $attempt === 10) {
            return $said . $all;
        }
    }
}

$proxy = new Proxy(Server::shared());
foreach ([...LOCKS, 'unlocked', 'auto'] as $lock) {
    $session = new Session($lock);
    $before = new FastCgiWorker($session);
    foreach (REQUESTS as $what => $code) {
        // What comes between a second such request, after which all its statements are prepared, and the goodbye after a third.
        [$twice, $thrice] = [packets($session, $before, $proxy, $code, 2), packets($session, $before, $proxy, $code, 3)];
        $first = substr($twice, 0, -strlen('quit'));
        $cost[$what][$lock] = str_starts_with($thrice, $first) ? substr($thrice, strlen($first)) : "$twice, then $thrice";
    }
}
foreach ($cost as $what => $of) {
    echo "$what: $of[advisory]\n";
    foreach ($of as $lock => $commands) {
        if ($commands !== $of['advisory']) {
            echo "    $lock: $commands\n";
        }
    }
}
?>
--EXPECT--
changed: execute execute quit
    row: execute execute query quit
changed, 2 MB: execute execute quit
    row: execute execute query quit
unchanged: execute query quit
    unlocked: execute quit
aborted: execute query quit
    unlocked: execute quit
read and closed: execute quit
    row: query quit
read_only: execute quit
    row: query quit
strict: execute execute quit
    row: execute execute query quit
strict, unknown id: execute query execute query quit
    row: execute execute execute query quit
    unlocked: execute execute execute quit
new: execute execute query quit
    row: execute query execute query quit
    unlocked: execute execute quit
regenerated: execute execute query execute query quit
    row: execute execute query execute execute query quit
    unlocked: execute execute execute execute quit
written twice: execute execute execute execute quit
    row: execute execute query execute execute query quit
destroyed: execute execute query quit
    unlocked: execute execute quit
no session: quit
