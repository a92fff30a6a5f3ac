--TEST--
A URL in session.save_path wins over rustsql.dsn; any other save_path is ignored
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
[$one, $two] = [new Table, new Table];
$start = 'session_id("abc"); if (session_start()) { $_SESSION["n"] = 1; echo "started"; }';
foreach (['mysql', 'mariadb', 'MySQL', 'MARIADB'] as $number => $scheme) {
    $url = str_replace('mysql://', "$scheme://", $two->dsn());
    $result = php_run(strtr($start, ['abc' => "wins$number"]), $one->ini(['session.save_path' => $url]));
    same('started', $result['out'], "$scheme in save_path");
    check((bool) $two->row("wins$number"), "$scheme in save_path: the row");
    $result = php_run(strtr($start, ['abc' => "alone$number"]), ['session.save_path' => $url]);
    check((bool) $two->row("alone$number"), "$scheme in save_path alone: the row", $result);
    $result = php_run(strtr($start, ['abc' => "dsn$number"]), ['rustsql.dsn' => $url]);
    check((bool) $two->row("dsn$number"), "$scheme in rustsql.dsn: the row", $result);
}
foreach (['', '/var/lib/php/sessions', '/no/such/folder', '2;/tmp', 'tcp://127.0.0.1:6379', 'mysql:/x', 'mysqlx://u@h/d'] as $number => $path) {
    $result = php_run(strtr($start, ['abc' => "path$number"]), $one->ini(['session.save_path' => $path]));
    same('started', $result['out'], "save_path '$path'");
    check((bool) $one->row("path$number"), "save_path '$path': the row");
}
// At run time, for frameworks and vhosts that set it.
$result = php_run('session_save_path($argv[1]); session_id("late"); session_start(); $_SESSION["n"] = 1;', $one->ini(), [$two->dsn()]);
same('', $result['out'], 'session_save_path(): output');
check((bool) $two->row('late'), 'session_save_path(): the row');
echo "done\n";
--EXPECT--
done
