--TEST--
A list of hosts costs no packet more than one host when the first works, and none at those behind it
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';
require __DIR__ . '/../inc/proxy.php';

const REQUESTS = [
    'new' => 'session_start(); $_SESSION["n"] = 1;',
    'changed' => 'session_start(); $_SESSION["n"]++;',
    'read-only' => 'ini_set("rustsql.read_only", 1); session_start();',
    'regenerated' => 'session_start(); $_SESSION["n"]++; session_regenerate_id();',
];
$proxy = new Proxy(Server::shared());
$silent = new SilentHost;
preg_match('~@(.*?:\d+)/~', $proxy->dsn(), $host);
foreach ([...LOCKS, 'auto'] as $lock) {
    foreach (['one' => [$host[1]], 'several' => [$host[1], $silent, new DeadHost], 'failed' => [new DeadHost, $host[1]]] as $hosts => $list) {
        $session = new Session($lock, ['session.gc_probability' => '0']);
        $session->run('session_id("other"); session_start();'); // The table is there.
        $dsn = hosts_dsn($list, '', ['user' => $session->user]);
        foreach (REQUESTS as $what => $code) {
            $said = $session->run($code, ['rustsql.dsn' => $dsn]);
            $cost[$lock][$what][$hosts] = $said . $proxy->nextConnection();
        }
    }
}
foreach ($cost as $lock => $requests) {
    foreach ($requests as $what => $of) {
        foreach (['several', 'failed'] as $hosts) {
            if ($of[$hosts] !== $of['one']) {
                echo "$lock, $what: $of[one], with $hosts hosts: $of[$hosts]\n";
            }
        }
    }
}
echo 'advisory, changed: ', $cost['advisory']['changed']['several'], "\n";
echo 'connections to the second host: ', $silent->connections(), "\n";
?>
--EXPECT--
advisory, changed: login query query quit
connections to the second host: 0
