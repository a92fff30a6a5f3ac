--TEST--
In the built-in web server (php -S), no request sees anything of the one that its worker served before
--FILE--
<?php
require __DIR__ . '/../inc/built_in_server.php';
require __DIR__ . '/../inc/leaks.php';

echo nothing_left(fn (Session $session) => new BuiltInServer($session));
?>
--EXPECT--
advisory: after 19 of 19 nothing is left
row: after 19 of 19 nothing is left
