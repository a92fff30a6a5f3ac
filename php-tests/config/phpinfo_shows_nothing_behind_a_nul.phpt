--TEST--
A NUL in a DSN is not shown, and nothing else of PHP's memory in its place
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$rest = str_repeat('y', 200);
$ini = ['rustsql.dsn' => "mysql://x%00$rest:secret@db/app", 'display_startup_errors' => '0'];
$text = (new PhpProcess([...php_command($ini), '--ri', 'rustsql']))->wait()['out'];
same(1, preg_match('~^rustsql\.dsn => (.*)$~m', $text, $shown), 'shown');
same("mysql://x$rest:***@db:3306/app => mysql://x$rest:***@db:3306/app", $shown[1] ?? '', 'the DSN');
echo "done\n";
--EXPECT--
done
