--TEST--
README's table has the settings, their defaults and where they may be changed, as PHP has them
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

putenv('HANDLER_INI'); // that has other values than the defaults
$result = php_run('
    foreach (ini_get_all("rustsql") as $key => $is) {
        $where = [INI_SYSTEM => "php.ini", INI_SYSTEM | INI_PERDIR => "folder", INI_ALL => "script"];
        echo $key, " = ", json_encode($is["global_value"]), " ", $where[$is["access"]], "\n";
    }');
$readme = file_get_contents(__DIR__ . '/../../README.md');
preg_match_all('~^\| (`rustsql\..*?) \| (.*?) \| (.*?) \| ~m', $readme, $rows, PREG_SET_ORDER);
$documented = [];
foreach ($rows as [, $key, $default, $where]) {
    $documented[] = trim($key, '`') . ' = ' . json_encode(trim($default, '`"')) . ' ' . trim($where, '`');
}
sort($documented);
same(explode("\n", trim($result['out'])), $documented, 'README');
echo "done\n";
--EXPECT--
done
