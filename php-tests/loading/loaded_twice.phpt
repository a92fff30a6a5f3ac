--TEST--
extension=rustsql stands twice in php.ini: PHP says so, and sessions work
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$session = new Session('advisory', ['extension' => php_extension_file()]);
for ($i = 1; $i <= 2; $i++) {
    echo $session->run('session_start(); echo $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;');
}
?>
--EXPECT--
Warning: Module "rustsql" is already loaded
1
Warning: Module "rustsql" is already loaded
2
