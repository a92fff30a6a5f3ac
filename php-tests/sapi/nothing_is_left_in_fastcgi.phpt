--TEST--
In a FastCGI process, no request sees anything of the one that it served before
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';
require __DIR__ . '/../inc/leaks.php';

echo nothing_left(fn (Session $session) => new FastCgiWorker($session, $session->ini));
?>
--EXPECT--
advisory: after 19 of 19 nothing is left
row: after 19 of 19 nothing is left
