--TEST--
ext/session is a module of its own: the extension is loaded before it, after it, and without it
--SKIPIF--
<?php
exec(escapeshellarg(getenv('TEST_PHP_EXECUTABLE')) . ' -n -m', $modules);
if (in_array('session', $modules)) {
    echo 'skip ext/session is built into this PHP';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$session = new Session('advisory');
$orders = ['before' => [php_extension_file(), 'session'], 'after' => ['session', php_extension_file()], 'without' => [php_extension_file()]];
foreach ($orders as $order => $modules) {
    $command = array_diff(php_command($session->ini), ['-d', 'extension=' . php_extension_file(), 'extension="session"']);
    foreach ($modules as $module) {
        array_push($command, "extension=$module");
    }
    $options = array_merge(...array_map(fn ($setting) => ['-d', $setting], array_slice($command, 2)));
    $code = 'if (!extension_loaded("rustsql")) die("not loaded"); session_id("x"); session_start(); echo $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;';
    echo "$order: ", $session->finish(new PhpProcess([$command[0], '-n', ...$options, '-r', $code]));
}
?>
--EXPECT--
before: 1
after: 2
without: Warning: Cannot load module "rustsql" because required module "session" is not loaded
not loaded
