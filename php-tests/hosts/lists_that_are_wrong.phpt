--TEST--
A list of hosts that is wrong is an error that says what is wrong with it, at startup and at the session's start
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const LISTS = [
    'a,,b' => 'host is missing',
    ',a' => 'host is missing',
    'a,' => 'host is missing',
    'a,:3306' => 'host is missing',
    'a:x,b' => 'port',
    'a,b:70000' => 'port',
    'a,b:0' => 'port',
    'a:1:2,b' => 'port',
    'a,fe80::1' => 'IPv6 addresses in brackets',
    'a,[::1' => ']',
    'a,[::1]3306' => "':'",
    'a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13,a14,a15,a16,a17' => '17 hosts: at most 16 are allowed',
];
foreach (LISTS as $hosts => $problem) {
    $dsn = "mysql://app:xyzzy-secret@$hosts/app";
    session_save_path($dsn);
    session_id('abc');
    same(false, session_start(), $hosts);
    $warning = one_warning($problem, warnings(), "$hosts, in save_path");
    check(!str_contains($warning, 'xyzzy'), "$hosts: nothing secret", $warning);
    $result = php_run('session_id("abc"); var_dump(session_start());', ['rustsql.dsn' => $dsn]);
    has('bool(false)', $result['out'], "$hosts, in the settings");
    $own = ours($result['out'] . $result['err']);
    has(['rustsql.dsn', $problem], implode("\n", $own), "$hosts, in the settings");
    check(!str_contains($result['out'] . $result['err'], 'xyzzy'), "$hosts: nothing secret", $result);
}
echo "done\n";
?>
--EXPECT--
done
