--TEST--
The password of a DSN is masked also where it is not written as a URL wants it
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$dsns = [
    'mysql://app:xyzzy@db/app', 'mysql://app:xy@zzy@db/app', 'mysql://app:xy:zzy@db/app', 'mysql://app:xy/zzy@db/app', 'mysql://app:xy?zzy@db/app',
    'mysql://app:xyzzy/app', 'mysql://app:xyzzy', 'app:xyzzy@db', 'xyzzy', 'mysql:/app:xyzzy@db', 'postgres://app:xyzzy@db/app', 'mysql://:xyzzy@db/app',
    'mysql://app@db/app?password=xyzzy', 'mysql://app@db/app?password=xyzzy&password=xyzzy', 'mysql://app@db/app?password=xy@zzy', 'mysql://app:1@db/app?password=xy@zzy',
    'mysql://app@db/app?lock=row&password=xyzzy&lock=row', 'mysql://app@db/app?PASSWORD=xyzzy', 'mysql://app@db/app?password=xy&zzy', 'mysql://app@db/app?pass%77ord=xyzzy',
];
foreach ($dsns as $dsn) {
    $text = (new PhpProcess([...php_command(['rustsql.dsn' => $dsn, 'display_startup_errors' => '0']), '--ri', 'rustsql']))->wait()['out'];
    check(preg_match('~^rustsql\.dsn => (.*)$~m', $text, $shown) === 1, "$dsn: shown", $text);
    check(!preg_match('~zzy|xy~', $shown[1] ?? ''), $dsn, $shown[1] ?? '');
}
echo "done\n";
--EXPECT--
done
