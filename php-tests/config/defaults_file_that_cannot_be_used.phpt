--TEST--
A defaults file that is missing, not regular, writable by others or wrong is refused by name, and the message has none of its content
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
    'writable by anybody' => [$run($good, 0602), ['rustsql.defaults_file', $file, 'can be written by others', "chmod go-w $file"]],
    'writable by a group' => [$run($good, 0620), ['rustsql.defaults_file', $file, 'can be written by others', "chmod go-w $file"]],
    'bad port' => [$run("[rustsql]\n$good\n[rustsql]\nport=app-secret\n"), ['rustsql.defaults_file', $file, 'line 7', 'port']],
    'unknown option' => [$run("[rustsql]\npasword=app-secret\n"), ['rustsql.defaults_file', $file, 'line 2', "'pasword'"]],
    'not UTF-8' => [$run("[rustsql]\nuser=\xff\n"), ['rustsql.defaults_file', $file, 'UTF-8']],
    'nobody in it' => [$run("[other]\nuser=app\n"), ['no user is named', 'rustsql.defaults_file']],
    'too large' => [$run($good . str_repeat("# app-secret\n", 6000)), ['rustsql.defaults_file', $file, 'more than 65536 bytes']],
];
$folder = "$file.d";
mkdir($folder, 0755);
mkdir("$folder/open", 0755);
chmod("$folder/open", 0777);
posix_mkfifo("$folder/pipe", 0600);
foreach (['open/file', 'good'] as $name) {
    file_put_contents("$folder/$name", $good);
    chmod("$folder/$name", 0600);
}
symlink("$folder/good", "$folder/link");
symlink("$folder/open", "$folder/way");
symlink("$folder/open/../", "$folder/through");
$paths = [
    'missing' => ["$file.missing", 'No such file'],
    'a folder' => [sys_get_temp_dir(), 'not a regular file'],
    'below a file' => [__FILE__ . '/x', 'Not a directory'],
    'a pipe' => ["$folder/pipe", 'not a regular file'],
    'a device' => ['/dev/zero', 'not a regular file'],
    'a link' => ["$folder/link", 'name the file itself'],
    'an open folder' => ["$folder/open/file", "chmod go-w $folder/open"],
    'an open folder behind a link' => ["$folder/way/file", "chmod go-w $folder/open"],
    'a way through an open folder' => ["$folder/open/../good", "chmod go-w $folder/open"],
    'a link through an open folder' => ["$folder/through/good", "chmod go-w $folder/open"],
    'not an absolute path' => ['my.cnf', 'not an absolute path'],
];
if (posix_geteuid() === 0) {
    file_put_contents("$folder/others", $good);
    chmod("$folder/others", 0600);
    chown("$folder/others", 65534);
    mkdir("$folder/theirs");
    file_put_contents("$folder/theirs/file", $good);
    chown("$folder/theirs", 65534);
    $paths['of another user'] = ["$folder/others", 'belongs to another user'];
    $paths['in a folder of another user'] = ["$folder/theirs/file", "$folder/theirs belongs to another user"];
}
foreach ($paths as $what => [$path, $part]) {
    $result = php_run('var_dump(session_start());', ['rustsql.defaults_file' => $path, 'rustsql.dsn' => $server->dsn()], [], 5);
    $cases[$what] = [$result['out'], ['rustsql.defaults_file', $path, $part]];
}
foreach ($cases as $what => [$out, $parts]) {
    $own = one_warning($parts, $out, $what);
    has('bool(false)', $out, $what);
    check(!str_contains($own, 'app-secret'), "$what: no password", $own);
}
// Also by way of a link to its folder, as in a container's secrets.
symlink('.', "$folder/data");
$ini = ['rustsql.dsn' => "mysql://127.0.0.1:$server->port/app"];
foreach (["$folder/good", "$folder/data/good", "$folder/./data//good"] as $path) {
    same("bool(true)\n", php_run('var_dump(session_start());', $ini + ['rustsql.defaults_file' => $path])['out'], $path);
}
exec('rm -r ' . escapeshellarg($folder));
unlink($file);
echo "done\n";
--EXPECT--
done
