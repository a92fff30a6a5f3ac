--TEST--
phpinfo() shows every host of a DSN, and masks its password
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const DSNS = [
    'mysql://app:xyzzy@db1:3306,db2:3307,[::1]:3308/app?lock=row' => 'mysql://app:***@db1:3306,db2:3307,[::1]:3308/app?lock=row',
    'mysql://app:xyzzy@db1,db2/app' => 'mysql://app:***@db1:3306,db2:3306/app',
    'mysql://db1,db2/app?user=app&password=xyzzy' => 'mysql://db1:3306,db2:3306/app?user=app&password=***',
    'mysql://app:xyz,zy@db1,db2/app' => 'mysql://app:***@db1:3306,db2:3306/app',
    'mysql://app:xyz@zy,db1@db2/app' => 'mysql://app:***@db2:3306/app',
    'mysql://app:xyzzy@db1,,db2/app' => '***',
    'mysql://app:xyzzy@db1:x,db2/app' => '***',
];
foreach (DSNS as $dsn => $shown) {
    foreach (['phpinfo' => php_run('phpinfo(INFO_MODULES);', ['rustsql.dsn' => $dsn])['out'],
        '--ri' => (new PhpProcess([...php_command(['rustsql.dsn' => $dsn]), '--ri', 'rustsql']))->wait()['out']] as $page => $text) {
        preg_match('~^rustsql\.dsn => .*~m', $text, $line);
        same("rustsql.dsn => $shown => $shown", $line[0] ?? null, "$dsn, $page");
        check(!preg_match('~xyz|zy,~', $text), "$dsn, $page: no password");
    }
}
echo "done\n";
?>
--EXPECT--
done
