--TEST--
A graceful restart of Apache under load: every request is answered, and no update is lost
--SKIPIF--
<?php
require __DIR__ . '/../inc/apache.php';
Apache::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/apache.php';
require __DIR__ . '/../inc/load.php';

// What is registered at each start is there once, as php.ini has it now.
const AFTERWARDS = '
    ob_start(); phpinfo(INFO_MODULES); preg_match("~Registered save handlers.*~", strip_tags(ob_get_clean()), $handlers);
    echo substr_count($handlers[0], "rustsql"), " handler, lock_timeout is ", ini_get("rustsql.lock_timeout"), "\n";';

foreach (['advisory' => '1', 'row' => '0'] as $lock => $persistent) {
    $session = new Session($lock, ['rustsql.persistent' => $persistent]);
    $host = new Apache($session, [], 4);
    $load = new Load($host);
    for ($restart = 1; $restart <= 3; $restart++) {
        $load->during(fn () => count($host->workers()) === 4);
        $before = $host->workers();
        $host->set("rustsql.lock_timeout = 1$restart");
        $host->signal(SIGUSR1);
        $load->during(fn () => count($host->workers()) === 4 && !array_intersect($before, $host->workers()));
    }
    echo "$lock: ", $load->report(), "\n";
    echo $host->run(AFTERWARDS);
    unset($load, $host);
    $session->awaitNoConnection();
}
?>
--EXPECT--
advisory: every request answered, 0 updates lost
1 handler, lock_timeout is 13
row: every request answered, 0 updates lost
1 handler, lock_timeout is 13
