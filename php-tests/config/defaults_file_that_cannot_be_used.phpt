--TEST--
A defaults file that is missing, not a file, writable by anybody or wrong is refused by name, and its content is not told
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$file = tempnam(sys_get_temp_dir(), 'cnf');
$run = function (string $content, int $mode = 0600) use ($file, $server) {
    file_put_contents($file, $content);
    chmod($file, $mode);
    return php_run('var_dump(session_start());', ['rustsql.defaults_file' => $file, 'rustsql.dsn' => "mysql://127.0.0.1:$server->port/app"])['out'];
};
$good = "[client]\nuser=app\npassword=app-secret\n";
$cases = [
    'writable by anybody' => [$run($good, 0602), ['rustsql.defaults_file', $file, 'written by anybody', 'chmod']],
    'bad port' => [$run("[rustsql]\n$good\n[rustsql]\nport=app-secret\n"), ['rustsql.defaults_file', $file, 'line 7', 'port']],
    'unknown option' => [$run("[rustsql]\npasword=app-secret\n"), ['rustsql.defaults_file', $file, 'line 2', "'pasword'"]],
    'not UTF-8' => [$run("[rustsql]\nuser=\xff\n"), ['rustsql.defaults_file', $file, 'UTF-8']],
    'nobody in it' => [$run("[other]\nuser=app\n"), ['no user is named', 'rustsql.defaults_file']],
];
unlink($file);
foreach (['missing' => "$file.missing", 'a folder' => sys_get_temp_dir(), 'below a file' => __FILE__ . '/x'] as $what => $path) {
    $result = php_run('var_dump(session_start());', ['rustsql.defaults_file' => $path, 'rustsql.dsn' => $server->dsn()]);
    $cases[$what] = [$result['out'], ['rustsql.defaults_file', $path]];
}
foreach ($cases as $what => [$out, $parts]) {
    $own = one_warning($parts, $out, $what);
    has('bool(false)', $out, $what);
    check(!str_contains($own, 'app-secret'), "$what: no password", $own);
}
echo "done\n";
--EXPECT--
done
