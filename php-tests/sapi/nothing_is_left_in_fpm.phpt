--TEST--
In PHP-FPM, no request sees anything of the one that its worker served before
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/leaks.php';

echo nothing_left(fn (Session $session) => new Fpm($session));
?>
--EXPECT--
advisory: after 19 of 19 nothing is left
row: after 19 of 19 nothing is left
