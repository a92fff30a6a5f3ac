--TEST--
PHP-FPM starts and ends workers (static, dynamic, ondemand; pm.max_requests): no update is lost, kept connections end with their worker
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/load.php';

const PROCESSES = [
    'static' => ['pm.max_children' => '3'],
    'dynamic' => ['pm.max_children' => '3', 'pm.start_servers' => '1', 'pm.min_spare_servers' => '1', 'pm.max_spare_servers' => '1'],
    'ondemand' => ['pm.max_children' => '3', 'pm.process_idle_timeout' => '1s'],
];
// Of its own: it counts clients that went without a word.
$server = Server::start();
foreach (LOCKS as $lock) {
    foreach (PROCESSES as $pm => $pool) {
        $session = new Session($lock, ['rustsql.persistent' => '1'], $server);
        $aborted = $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'");
        $host = new Fpm($session, [], ['pm' => $pm, 'pm.max_requests' => '20'] + $pool, ['process_control_timeout' => '20s']);
        $load = new Load($host);
        $seen = [];
        $load->during(function () use ($host, &$seen): bool {
            $seen += array_flip($host->workers());
            return count($seen) >= 12;
        });
        echo "$lock, $pm: ", $load->report();
        if ($pm === 'ondemand') {
            $session->awaitNoConnection();
            echo ', no idle connection';
        }
        $host->signal(SIGQUIT);
        $session->awaitNoConnection();
        echo $server->query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'") === $aborted ? ", all said goodbye\n" : ", some went without a word\n";
        unset($load, $host);
    }
}
?>
--EXPECT--
advisory, static: every request answered, 0 updates lost, all said goodbye
advisory, dynamic: every request answered, 0 updates lost, all said goodbye
advisory, ondemand: every request answered, 0 updates lost, no idle connection, all said goodbye
row, static: every request answered, 0 updates lost, all said goodbye
row, dynamic: every request answered, 0 updates lost, all said goodbye
row, ondemand: every request answered, 0 updates lost, no idle connection, all said goodbye
