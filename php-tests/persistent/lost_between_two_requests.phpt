--TEST--
What happens to the server or the connection between two requests costs no user an error, and no data
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';

$cases = [
    'killed' => ['', function ($session) {
        foreach ($session->connections() as $connection) {
            $session->server->query("KILL $connection[Id]");
        }
        $session->awaitNoConnection();
    }],
    'server shut down and started' => ['', fn ($session) => $session->server->restart()],
    'server crashed and started' => ['', function ($session) {
        $session->server->kill();
        $session->server->restart();
    }],
    'idle for longer than lock_ttl' => ['lock_ttl=1', fn ($session) => $session->awaitNoConnection()],
];
/** Each with a kept connection of its own. */
const REQUESTS = [
    'changed' => 'session_start(); echo $_SESSION["n"]++;',
    'unchanged' => 'session_start(); echo $_SESSION["n"];',
    'read and closed' => 'session_start(["read_and_close" => true]); echo $_SESSION["n"];',
    'strict' => 'ini_set("session.use_strict_mode", 1); session_start(); echo $_SESSION["n"]++;',
    'new' => 'session_id("new" . getmypid()); session_start(); $_SESSION["n"] = 1; echo "new";',
    'regenerated' => 'session_start(); $n = $_SESSION["n"]++; session_regenerate_id(); echo $n;',
    'destroyed' => 'session_start(); echo $_SESSION["n"]; session_destroy();',
];
$server = Server::start();
foreach ([...LOCKS, 'auto', 'unlocked'] as $lock) {
    foreach ($cases as $case => [$params, $happens]) {
        $session = new Session($lock, [], $server);
        $session->run('session_start();'); // The table is there.
        $hosts = [];
        foreach (REQUESTS as $what => $code) {
            $one = new Session($lock, ['rustsql.dsn' => $server->dsn($params, ['user' => $session->user])], $server, $session);
            $host = new FastCgiWorker($one);
            $host->run('session_start(); $_SESSION["n"] = 1;');
            $hosts[$what] = $host;
        }
        $happens($session);
        foreach ($hosts as $what => $host) {
            $said = $host->run(REQUESTS[$what]);
            $data = $host->session->stored();
            $results[$case][$lock][] = "  $what: " . trim($said) . ', stored: ' . ($data ?? 'nothing');
            $host->end();
        }
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
killed
  changed: 1, stored: n|i:2;
  unchanged: 1, stored: n|i:1;
  read and closed: 1, stored: n|i:1;
  strict: 1, stored: n|i:2;
  new: new, stored: n|i:1;
  regenerated: 1, stored: n|i:2;
  destroyed: 1, stored: nothing
server shut down and started
  changed: 1, stored: n|i:2;
  unchanged: 1, stored: n|i:1;
  read and closed: 1, stored: n|i:1;
  strict: 1, stored: n|i:2;
  new: new, stored: n|i:1;
  regenerated: 1, stored: n|i:2;
  destroyed: 1, stored: nothing
server crashed and started
  changed: 1, stored: n|i:2;
  unchanged: 1, stored: n|i:1;
  read and closed: 1, stored: n|i:1;
  strict: 1, stored: n|i:2;
  new: new, stored: n|i:1;
  regenerated: 1, stored: n|i:2;
  destroyed: 1, stored: nothing
idle for longer than lock_ttl
  changed: 1, stored: n|i:2;
  unchanged: 1, stored: n|i:1;
  read and closed: 1, stored: n|i:1;
  strict: 1, stored: n|i:2;
  new: new, stored: n|i:1;
  regenerated: 1, stored: n|i:2;
  destroyed: 1, stored: nothing
