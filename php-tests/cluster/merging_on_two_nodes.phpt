--TEST--
Requests that merge on two nodes of a cluster: both write the same session at the same time, and no change is lost
--SKIPIF--
<?php
require __DIR__ . '/../inc/galera.php';
Galera::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/galera.php';

const CLIENTS = 6;
const REQUESTS = 20;

$nodes = Galera::start(2);
$session = new Session('merge', ['rustsql.persistent' => '1'], $nodes[0]);
$session->run('session_start(); $_SESSION["first"] = 1;');
Server::waitFor(fn () => $session->server->query("SELECT UNIX_TIMESTAMP() > created AS is_older FROM app.$session->table")[0]['is_older'] === '1');
$clients = [];
foreach (range(1, CLIENTS) as $own) {
    $node = ['rustsql.dsn' => $nodes[$own % 2]->dsn('', ['user' => $session->user])];
    $clients[] = $session->start(sprintf('pause("begun"); for ($i = 0; $i < %d; $i++) { session_start(); $_SESSION["key %d-$i"] = 1; session_write_close(); }', REQUESTS, $own), $node);
}
array_map(fn ($client) => same('begun', $client->readLine(), 'client'), $clients);
array_map(fn ($client) => $client->write("\n"), $clients);
echo implode(array_map(fn ($client) => $session->finish($client), $clients));
echo $session->run('session_start(); echo count($_SESSION), " keys";', ['session.gc_probability' => '0']);
?>
--EXPECT--
121 keys
