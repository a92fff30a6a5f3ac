--TEST--
docs/settings.md has each setting with its default and where it may be changed, and packaging/rustsql.ini has the defaults
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

putenv('HANDLER_INI'); // that has other values than the defaults
$result = php_run('
    foreach (ini_get_all("rustsql") as $key => $is) {
        $where = [INI_SYSTEM => "php.ini", INI_SYSTEM | INI_PERDIR => "folder", INI_ALL => "script"];
        echo $key, " = ", json_encode($is["global_value"]), " ", $where[$is["access"]], "\n";
    }');
$page = file_get_contents(__DIR__ . '/../../docs/settings.md');
preg_match_all('~^\| (`rustsql\..*?) \| (.*?) \| (.*?) \| ~m', $page, $rows, PREG_SET_ORDER);
$documented = [];
foreach ($rows as [, $key, $default, $where]) {
    $documented[] = trim($key, '`') . ' = ' . json_encode(trim($default, '`"')) . ' ' . trim($where, '`');
}
sort($documented);
same(explode("\n", trim($result['out'])), $documented, 'docs/settings.md');

// With every ';' removed in front of a setting of ours, the file changes nothing.
$file = preg_replace('~^;(?=rustsql\.)~m', '', file_get_contents(__DIR__ . '/../../packaging/rustsql.ini'));
$set = parse_ini_string($file, false, INI_SCANNER_RAW);
same('rustsql', $set['extension'], 'packaging/rustsql.ini: the extension');
unset($set['extension']);
$defaults = json_decode(php_run('echo json_encode(array_map(fn ($is) => $is["global_value"], ini_get_all("rustsql")));')['out'], true);
ksort($set);
ksort($defaults);
same(array_map('strval', $defaults), $set, 'packaging/rustsql.ini');
echo "done\n";
--EXPECT--
done
