--TEST--
PHP-FPM: a pool's account goes to the hosts of the pool, not to those of a folder's .user.ini; a folder's own goes there
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/hosts.php';

const VISIT = '$ok = @session_start(); echo $ok ? "started" : "not started";';
$elsewhere = new SilentHost;
foreach (['php_value', 'php_admin_value'] as $kind) {
    $session = new Session('advisory', ['rustsql.dsn' => '', 'rustsql.connect_timeout' => '0.3']);
    $here = host($session->server);
    $host = new Fpm($session, [], [
        "{$kind}[rustsql.user]" => $session->user,
        "{$kind}[rustsql.password]" => Server::PASSWORD,
        "{$kind}[session.save_path]" => "mysql://$here/app",
    ]);
    $host->addFolder('elsewhere', '.user.ini', 'rustsql.dsn = "mysql://' . host($elsewhere) . "/app\"\n");
    $host->addFolder('path', '.user.ini', 'session.save_path = "mysql://' . host($elsewhere) . "/app\"\n");
    $host->addFolder('own', '.user.ini', 'session.save_path = "mysql://own:own@' . host($elsewhere) . "/app\"\n");
    $host->addFolder('known', '.user.ini', "session.save_path = \"mysql://$here/app?lock=row\"\n");
    foreach (['', 'elsewhere', 'path', 'own', 'known', ''] as $folder) {
        echo "$kind, '$folder': ", trim($host->run(VISIT, null, $folder)), $elsewhere->connections() ? ', elsewhere' : '', "\n";
    }
    unset($host);
}
?>
--EXPECT--
php_value, '': started
php_value, 'elsewhere': started
php_value, 'path': not started
php_value, 'own': not started, elsewhere
php_value, 'known': started
php_value, '': started
php_admin_value, '': started
php_admin_value, 'elsewhere': started
php_admin_value, 'path': started
php_admin_value, 'own': started
php_admin_value, 'known': started
php_admin_value, '': started
