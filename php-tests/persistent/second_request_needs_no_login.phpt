--TEST--
With a kept connection a request costs its packets alone: one to lock and read, one to write and release
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
    'new' => 'session_id("new" . getmypid()); session_start(); $_SESSION["n"] = 1;',
    'regenerated' => 'session_start(); $_SESSION["n"]++; session_regenerate_id();',
    'written twice' => 'session_start(); $_SESSION["n"]++; session_write_close(); session_start(); $_SESSION["n"]++;',
    'destroyed' => 'session_start(); session_destroy();',
    'no session' => '',
];
$proxy = new Proxy(Server::shared());
foreach ([...LOCKS, 'unlocked', 'auto'] as $lock) {
    $session = new Session($lock);
    foreach (REQUESTS as $what => $code) {
        $session->run('session_start(); $_SESSION = ["n" => 1];');
        // Whoever was idle for a second is asked whether he is still there: on a busy machine, again.
        for ($attempt = 1; ; $attempt++) {
            $host = new FastCgiWorker($session, ['rustsql.dsn' => $proxy->dsn('', ['user' => $session->user])]);
            $said = $host->run('session_start();');
            $seconds = Session::seconds(function () use ($host, $code, &$said) {
                $said .= $host->run($code);
            });
            $host->end();
            $all = $proxy->nextConnection();
            if ($seconds < 0.9 || $attempt === 5) {
                break;
            }
        }
        // The first request reads, and gives its lock back at the close.
        $first = $lock === 'unlocked' ? 'login query ' : 'login query query ';
        $cost[$what][$lock] = $said . (str_starts_with($all, $first) ? substr($all, strlen($first)) : $all);
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
changed: query query quit
changed, 2 MB: query prepare execute close_statement quit
    row: query prepare execute close_statement query quit
unchanged: query query quit
    unlocked: query quit
aborted: query query quit
    unlocked: query quit
read and closed: query quit
read_only: query quit
strict: query query quit
strict, unknown id: query query query quit
    row: query query query query quit
new: query query quit
    row: query query query quit
regenerated: query query query query quit
    row: query query query query query quit
written twice: query query query query quit
destroyed: query query quit
no session: quit
