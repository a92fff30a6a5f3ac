--TEST--
rustsql.password_file: what it wins over, and what is wrong with one that cannot be used
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$table = new Table;
$folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
mkdir($folder, 0755);
$file = "$folder/secret";
$here = "127.0.0.1:$server->port";
$login = function (array $ini = [], ?string $path = null, string $dsn = '') use ($file, $table, $here): string {
    $ini += ['rustsql.password_file' => $path ?? $file, 'rustsql.dsn' => $dsn ?: "mysql://app@$here/app", 'rustsql.table' => $table->name];
    $result = php_run('session_id("abc"); echo session_start() ? "in" : "";', $ini);
    check(!str_contains($result['out'] . $result['err'], 'secret-text') && !str_contains($result['out'], 'app-secret'), 'nothing secret', $result['out']);
    return $result['out'] === 'in' ? 'in' : ours($result['out'])[0] ?? $result['out'];
};
$write = fn (string $text) => file_put_contents($file, $text);

foreach (["app-secret", "app-secret\n", "app-secret\r\n"] as $text) {
    $write($text);
    same('in', $login(), json_encode($text));
}
same('in', $login(dsn: "mysql://app:app-secret@$here/app", path: $file), 'the DSN has one, too');
file_put_contents("$folder/cnf", "[client]\nuser=app\npassword=wrong-secret-text\nhost=127.0.0.1\nport=$server->port\ndatabase=app\n");
same('in', $login(['rustsql.defaults_file' => "$folder/cnf", 'rustsql.dsn' => '']), 'it wins over the defaults file');
$write('wrong-secret-text');
same('in', $login(['rustsql.password' => 'app-secret']), 'rustsql.password wins');
same('in', $login(dsn: "mysql://app:app-secret@$here/app"), 'the DSN wins');
has(['refuses the login', '1045'], $login(), 'a wrong password');

// To other hosts than the administrator's it does not go.
$code = 'ini_set("session.save_path", "mysql://app@127.0.0.1:1/app"); echo session_start() ? "in" : "";';
has('sent only to hosts that are named there', php_run($code, ['rustsql.password_file' => $file, 'rustsql.dsn' => "mysql://app@$here/app"])['out'], 'another host');

foreach (['empty' => ['', 'is empty'], 'a line end alone' => ["\n", 'is empty'], 'two lines' => ["app-secret\nsecret-text\n", 'more than one line'],
    'no UTF-8' => ["secret-text\xff", 'is not UTF-8'], 'a zero byte' => ["secret-text\0", 'more than one line'],
    'large' => [str_repeat('secret-text', 10000), 'more than 65536 bytes']] as $what => [$text, $part]) {
    $write($text);
    has(['rustsql.password_file', $file, $part], $login(), $what);
}
$write("app-secret\n");
has(['rustsql.password_file', 'No such file'], $login(path: "$folder/none"), 'missing');
has("begin it with '/'", $login(path: 'secret'), 'no whole path');
symlink($file, "$folder/link");
has('symbolic link', $login(path: "$folder/link"), 'a link');
mkdir("$folder/version", 0755);
rename($file, "$folder/version/secret");
symlink('version', "$folder/..data");
same('in', $login(path: "$folder/..data/secret"), 'a secret of Kubernetes');
rename("$folder/version/secret", $file);
chmod($file, 0666);
has('can be written by others', $login(), 'writable by everybody');
chmod($file, 0600);

// A worker that has given up root.
if (posix_geteuid() === 0) {
    PhpProcess::$prefix = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    has(['rustsql.password_file', 'user number 65534, who may not read it', 'chgrp'], $login(), 'for root alone');
    chgrp($file, 65534);
    chmod($file, 0640);
    same('in', $login(), 'for the group of the worker');
    chmod($file, 0600);
    chmod($folder, 0700);
    has(['rustsql.password_file', 'user number 65534, who may not read it'], $login(), 'in a folder for root alone');
    chmod($folder, 0755);
}
exec('rm -r ' . escapeshellarg($folder));
echo "done\n";
--EXPECT--
done
