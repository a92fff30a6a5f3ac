--TEST--
Settings of one folder (.user.ini, PHP-FPM) do not affect the worker's next request, which is for another folder
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';

const VISIT = '$ok = @session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;
    echo $ok ? "n = $_SESSION[n]" : "not started", ", namespace = ", ini_get("rustsql.namespace"), ", lock_timeout = ", ini_get("rustsql.lock_timeout");';
foreach (['advisory' => '1', 'row' => '0'] as $lock => $persistent) {
    $session = new Session($lock, ['rustsql.persistent' => $persistent]);
    $host = new Fpm($session);
    $host->addFolder('a', '.user.ini', "rustsql.namespace = a\nrustsql.lock_timeout = 7\n");
    $host->addFolder('b', '.user.ini', "rustsql.namespace = b\n");
    $host->addFolder('down', '.user.ini', "rustsql.dsn = mysql://127.0.0.1:1/app\n");
    for ($round = 1; $round <= 2; $round++) {
        foreach (['', 'a', 'b', 'down'] as $folder) {
            echo "$lock, '$folder': ", $host->run(VISIT, null, $folder);
        }
    }
    unset($host);
}
?>
--EXPECT--
advisory, '': n = 1, namespace = , lock_timeout = 30
advisory, 'a': n = 1, namespace = a, lock_timeout = 7
advisory, 'b': n = 1, namespace = b, lock_timeout = 30
advisory, 'down': not started, namespace = , lock_timeout = 30
advisory, '': n = 2, namespace = , lock_timeout = 30
advisory, 'a': n = 2, namespace = a, lock_timeout = 7
advisory, 'b': n = 2, namespace = b, lock_timeout = 30
advisory, 'down': not started, namespace = , lock_timeout = 30
row, '': n = 1, namespace = , lock_timeout = 30
row, 'a': n = 1, namespace = a, lock_timeout = 7
row, 'b': n = 1, namespace = b, lock_timeout = 30
row, 'down': not started, namespace = , lock_timeout = 30
row, '': n = 2, namespace = , lock_timeout = 30
row, 'a': n = 2, namespace = a, lock_timeout = 7
row, 'b': n = 2, namespace = b, lock_timeout = 30
row, 'down': not started, namespace = , lock_timeout = 30
