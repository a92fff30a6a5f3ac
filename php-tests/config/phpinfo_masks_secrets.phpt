--TEST--
phpinfo() and --ri show the version and the settings, and no password
--SKIPIF--
<?php require __DIR__ . '/../inc/cgi.php'; if (!cgi_program()) echo 'skip no php-cgi beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

require __DIR__ . '/../inc/cgi.php';

$ini = [
    'rustsql.dsn' => 'mysql://app:xyzzy1@db1:3307/app?lock=row&password=xyzzy2&migrate_path=xyzzy5', 'rustsql.user' => 'app', 'rustsql.password' => 'xyzzy3',
    'rustsql.namespace' => '<b>&shop', 'session.save_path' => '', 'rustsql.migrate_path' => 'tcp://old?auth=xyzzy4',
];
$version = (new ReflectionExtension('rustsql'))->getVersion();
check(preg_match('~^\d+\.\d+\.\d+~', $version) === 1, 'version', $version);
$pages = [
    'phpinfo' => php_run('phpinfo(INFO_MODULES);', $ini)['out'],
    '--ri' => (new PhpProcess([...php_command($ini), '--ri', 'rustsql']))->wait()['out'],
    'html' => cgi('<?php phpinfo(INFO_MODULES);', $ini)['body'],
];
foreach ($pages as $page => $text) {
    check(!str_contains($text, 'xyzzy'), "$page: no password", substr($text, max(0, strpos($text, 'xyzzy') - 200), 400));
    has($version, $text, "$page: version");
    $html = $page === 'html';
    has($html ? 'mysql://app:***@db1:3307/app?lock=row&amp;password=***&amp;migrate_path=***' : 'mysql://app:***@db1:3307/app?lock=row&password=***&migrate_path=***', $text, "$page: dsn");
    has($html ? '<td class="e">rustsql.lock_timeout</td><td class="v">30</td><td class="v">30</td>' : 'rustsql.lock_timeout => 30 => 30', $text, "$page: a setting");
    has($html ? '&lt;b&gt;&amp;shop' : '<b>&shop', $text, "$page: namespace");
    foreach (array_keys(ini_get_all('rustsql')) as $key) {
        has($key, $text, "$page: settings");
    }
    has('rustsql', $text, $page);
}
check(preg_match('~Registered save handlers\s*=>[^\n]*\brustsql\b~', $pages['phpinfo']) === 1, "the session section's list");
echo "done\n";
--EXPECT--
done
