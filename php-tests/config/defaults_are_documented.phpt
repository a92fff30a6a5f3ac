--TEST--
The settings, their defaults and where they may be changed
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$result = php_run('
    ini_set("display_errors", "1");
    foreach (ini_get_all("rustsql") as $key => $is) {
        echo $key, " = ", json_encode($is["global_value"]), " ", [6 => "PERDIR", 4 => "SYSTEM", 7 => "ALL"][$is["access"]], "\n";
    }');
$expected = [
    'rustsql.auto_create = "1" PERDIR', 'rustsql.connect_timeout = "2" PERDIR', 'rustsql.defaults_file = "" SYSTEM', 'rustsql.dsn = "" PERDIR',
    'rustsql.io_timeout = "10" PERDIR', 'rustsql.lock = "auto" ALL', 'rustsql.lock_failure = "fail" ALL', 'rustsql.lock_timeout = "30" ALL',
    'rustsql.lock_ttl = "600" PERDIR', 'rustsql.max_size = "0" PERDIR', 'rustsql.namespace = "" PERDIR', 'rustsql.password = "" PERDIR',
    'rustsql.read_only = "0" ALL', 'rustsql.store_empty = "1" ALL', 'rustsql.table = "php_sessions" PERDIR', 'rustsql.touch_interval = "60" ALL',
    'rustsql.user = "" PERDIR',
];
$lines = explode("\n", trim($result['out']));
foreach ($expected as $line) {
    check(in_array($line, $lines, true), $line, preg_grep('~^' . preg_quote(strtok($line, ' ')) . ' ~', $lines));
}
echo "done\n";
--EXPECT--
done
