--TEST--
A script loads the extension by dl(): sessions work, also in a process that serves more requests
--SKIPIF--
<?php
require __DIR__ . '/../inc/cgi.php';
if (!cgi_program()) {
    echo 'skip there is no CGI program beside this PHP';
} elseif (PHP_ZTS || !function_exists('dl')) {
    echo 'skip this PHP has no dl()';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/cgi.php';

$session = new Session('advisory');
$script = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6)) . '.php';
file_put_contents($script, '<?php ob_start(); dl("' . basename(php_extension_file()) . '"); ini_set("session.save_handler", "rustsql");
    session_save_path("' . $session->server->dsn("table=$session->table") . '"); session_id("x"); session_start();
    echo $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1, "\n";');
$options = ['-n', '-d', 'extension_dir=' . dirname(php_extension_file()), '-d', 'session.use_cookies=0', '-d', 'session.cache_limiter=', '-d', 'session.use_strict_mode=0'];
foreach ([[getenv('TEST_PHP_EXECUTABLE')], [cgi_program(), '-T', '3']] as $command) {
    // Without what would tell the CGI program of another request.
    $end = (new PhpProcess(['env', '-i', ...$command, ...$options, $script]))->wait();
    echo Session::tidy(preg_replace('~^(X-Powered-By|Content-type):.*~m', '', $end['out'] . preg_replace('~^Elapsed.*~m', '', $end['err'])));
}
unlink($script);
?>
--EXPECT--
1
2
3
4
