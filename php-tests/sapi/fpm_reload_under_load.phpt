--TEST--
PHP-FPM is reloaded (SIGUSR2) under load: every request is answered, no update is lost, no connection stays
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
    'static' => ['pm.max_children' => '4'],
    'dynamic' => ['pm.max_children' => '4', 'pm.start_servers' => '2', 'pm.min_spare_servers' => '1', 'pm.max_spare_servers' => '2'],
    'ondemand' => ['pm.max_children' => '4'],
];
foreach (LOCKS as $lock) {
    foreach (PROCESSES as $pm => $pool) {
        $session = new Session($lock, ['rustsql.persistent' => $pm === 'static' ? '1' : '0']);
        // Workers may end what they have begun.
        $host = new Fpm($session, [], ['pm' => $pm, 'listen.backlog' => '100'] + $pool, ['process_control_timeout' => '20s']);
        $load = new Load($host);
        for ($reload = 1; $reload <= 2; $reload++) {
            $load->during(fn () => $host->workers());
            $before = $host->workers();
            $host->signal(SIGUSR2);
            $load->during(fn () => $host->workers() && !array_intersect($before, $host->workers()));
        }
        echo "$lock, $pm: ", $load->report(), "\n";
        unset($load, $host);
        $session->awaitNoConnection();
    }
}
?>
--EXPECT--
advisory, static: every request answered, 0 updates lost
advisory, dynamic: every request answered, 0 updates lost
advisory, ondemand: every request answered, 0 updates lost
row, static: every request answered, 0 updates lost
row, dynamic: every request answered, 0 updates lost
row, ondemand: every request answered, 0 updates lost
