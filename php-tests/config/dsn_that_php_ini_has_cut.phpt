--TEST--
A DSN that php.ini has cut, for want of quotes, is told so; a newline at its end is none of it
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$table = new Table;
$file = tempnam(sys_get_temp_dir(), 'ini');
$run = function (string $line, string $code = 'var_dump(session_start());') use ($file): string {
    file_put_contents($file, "session.save_handler = rustsql\nsession.use_cookies = 0\nsession.cache_limiter =\nerror_reporting = 32767\ndisplay_errors = 1\n"
        . "display_startup_errors = 1\nhtml_errors = 0\nlog_errors = 0\n$line\n");
    $modules = str_starts_with((string) getenv('RUSTSQL_TEST_MODULES'), 'session') ? ['-d', 'extension=session'] : [];
    $command = [php_command()[0], '-c', $file, ...$modules, '-d', 'extension=' . php_extension_file(), '-r', $code];
    $result = (new PhpProcess($command))->wait();
    return $result['out'] . $result['err'];
};
putenv('PHP_INI_SCAN_DIR=');
foreach ([';', '!', '=', '(', '|', '&', '^', '~'] as $character) {
    foreach (["app:xyz{$character}zyx@127.0.0.1:$server->port/app", "app:12{$character}zyx@127.0.0.1/app", "app{$character}x:p@h/app", "app:p@h{$character}/app"] as $rest) {
        $out = $run("rustsql.dsn = mysql://$rest");
        has('bool(false)', $out, $rest);
        $own = implode("\n", ours($out));
        has('double quotes', $own, $rest);
        check(!str_contains($own, 'port'), "$rest: not the port", $own);
        check(!str_contains($own, 'xyz') && !str_contains($own, 'zyx'), "$rest: nothing secret", $own);
    }
}
$dsn = $server->dsn("table=$table->name");
same("bool(true)\n", $run("rustsql.dsn = \"$dsn\""), 'in quotes');

// A secret from a file, by the environment.
foreach (["\n", "\r\n", "\n\n"] as $end) {
    putenv("TEST_DSN=$dsn$end");
    same("bool(true)\n", $run('rustsql.dsn = "${TEST_DSN}"'), json_encode($end));
    same("bool(true)\n", $run('session.save_path = "${TEST_DSN}"'), json_encode($end) . ' in save_path');
    putenv("TEST_PASSWORD=app-secret$end");
    same("bool(true)\n", $run("rustsql.dsn = \"mysql://app@127.0.0.1:$server->port/app\"\nrustsql.password = \"\${TEST_PASSWORD}\""), json_encode($end) . ' behind a password');
    $out = $run("rustsql.dsn = \"mysql://app@127.0.0.1:$server->port/app\"\nrustsql.password = \"\${TEST_PASSWORD}\"", 'session_save_path("mysql://app@127.0.0.1:1/app"); var_dump(session_start());');
    has(['bool(false)', 'user or password'], $out, json_encode($end) . ': for its own hosts alone');
    same("mysql://app:***@127.0.0.1:$server->port/app?table=$table->name\n",
        $run('rustsql.dsn = "${TEST_DSN}"', 'ob_start(); phpinfo(INFO_MODULES); preg_match("~rustsql.dsn => (\S+)~", ob_get_clean(), $m); echo $m[1], "\n";'), json_encode($end) . ' in phpinfo()');
    $out = php_run('session_save_path($argv[1]); var_dump(session_start());', [], [$dsn . $end])['out'];
    same("bool(true)\n", $out, json_encode($end) . ' at run time');
}
unlink($file);
echo "done\n";
?>
--EXPECT--
done
