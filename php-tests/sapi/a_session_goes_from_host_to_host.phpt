--TEST--
One session is served in turn by the command line, CGI, FastCGI, the built-in web server, PHP-FPM, Apache and a worker loop
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/apache.php';
require __DIR__ . '/../inc/embedded.php';
ob_start();
foreach ([FastCgiWorker::skip(...), Fpm::skip(...), Apache::skip(...), skip_without_embedded(...)] as $skip) {
    ob_get_length() || $skip();
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';
require __DIR__ . '/../inc/built_in_server.php';
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/apache.php';
require __DIR__ . '/../inc/embedded.php';

const VISIT = 'session_start(); $_SESSION["seen"][PHP_SAPI] = ($_SESSION["seen"][PHP_SAPI] ?? 0) + 1;';
foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $hosts = [new FastCgiWorker($session), new BuiltInServer($session), new Fpm($session), new Apache($session), new WorkerLoop($session)];
    for ($round = 1; $round <= 3; $round++) {
        echo $session->run(VISIT), cgi("<?php session_id('$session->id'); " . VISIT, $session->ini)['body'];
        foreach ($hosts as $host) {
            echo $host->run(VISIT);
        }
    }
    echo "$lock: ", $session->run('session_start(); echo json_encode($_SESSION["seen"]);');
    unset($hosts, $host);
}
?>
--EXPECT--
advisory: {"cli":3,"cgi-fcgi":6,"cli-server":3,"fpm-fcgi":3,"apache2handler":3,"embed":3}
row: {"cli":3,"cgi-fcgi":6,"cli-server":3,"fpm-fcgi":3,"apache2handler":3,"embed":3}
