--TEST--
In a worker loop such as FrankenPHP's, no request sees anything of the request before it
--SKIPIF--
<?php
require __DIR__ . '/../inc/embedded.php';
skip_without_embedded();
?>
--FILE--
<?php
require __DIR__ . '/../inc/embedded.php';
require __DIR__ . '/../inc/leaks.php';

echo nothing_left(fn (Session $session) => new WorkerLoop($session));
?>
--EXPECT--
advisory: after 19 of 19 nothing is left
row: after 19 of 19 nothing is left
