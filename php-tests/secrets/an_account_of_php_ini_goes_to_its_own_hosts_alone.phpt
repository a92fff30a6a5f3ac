--TEST--
User and password of php.ini or of rustsql.defaults_file are sent to no host that a script names
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/hosts.php';

$server = Server::shared();
$table = new Table;
$elsewhere = new SilentHost;
$here = host($server);
$file = tempnam(sys_get_temp_dir(), 'cnf');
file_put_contents($file, "[client]\nuser=app\npassword=app-secret\nhost=127.0.0.1\nport=$server->port\ndatabase=app\n");
$account = ['rustsql.user' => 'app', 'rustsql.password' => 'app-secret'];
$sources = [
    'the file' => ['rustsql.defaults_file' => $file],
    'the account of the file, hosts of rustsql.dsn' => ['rustsql.defaults_file' => $file, 'rustsql.dsn' => "mysql://$here/app"],
    'settings' => $account + ['rustsql.dsn' => "mysql://$here/app"],
    'settings, hosts of save_path' => $account + ['session.save_path' => "mysql://$here/app"],
    'settings, and a socket' => $account + ['rustsql.dsn' => "mysql:///app?socket=$server->socket"],
];
$socket = sys_get_temp_dir() . '/rustsql-' . getmypid();
$listener = stream_socket_server("unix://$socket");
$ways = [
    'ini_set()' => 'ini_set("session.save_path", $argv[1]); var_dump(session_start());',
    'session_save_path()' => 'session_save_path($argv[1]); var_dump(session_start());',
    'session_start()' => 'var_dump(session_start(["save_path" => $argv[1]]));',
    'SessionHandler::open()' => '$h = new class extends SessionHandler { function open($path, $name): bool { return parent::open($GLOBALS["argv"][1], $name); } };
        session_set_save_handler($h); var_dump(session_start());',
];
foreach ($sources as $what => $ini) {
    $ini += ['rustsql.table' => $table->name, 'rustsql.connect_timeout' => '0.3'];
    same("bool(true)\n", php_run('var_dump(session_start());', $ini)['out'], $what);
    foreach ($ways as $way => $code) {
        $urls = [
            'mysql://' . host($elsewhere) . '/app',
            'mysql://app@' . host($elsewhere) . '/app',
            'mysql://' . host($elsewhere) . '/app?user=app',
            "mysql://$here," . host($elsewhere) . '/app',
            "mysql:///app?socket=$socket",
        ];
        // The rules are the same on each way.
        foreach ($way === 'ini_set()' ? $urls : [$urls[0]] as $url) {
            $out = php_run($code, $ini, [$url])['out'];
            has('bool(false)', $out, "$what, $way, $url");
            $warning = one_warning(['session.save_path', 'user or password'], $out, "$what, $way, $url");
            check(!str_contains($warning, 'app-secret'), "$what, $way, $url: nothing secret", $warning);
            same(0, $elsewhere->connections(), "$what, $way, $url: connections");
            same(false, @stream_socket_accept($listener, 0), "$what, $way, $url: connections to the socket");
        }
        // An account of its own may go anywhere.
        $out = php_run($code, $ini, ['mysql://own:own@' . host($elsewhere) . '/app'])['out'];
        one_warning('cannot connect to ' . host($elsewhere), $out, "$what, $way, an account of its own");
        same(1, $elsewhere->connections(), "$what, $way, an account of its own: connections");
    }
    // The administrator's own hosts, from a script that wants another database, and the same once more.
    if (!str_contains($what, 'socket')) {
        $out = php_run($ways['ini_set()'], $ini, ["mysql://$here/app?lock=row"])['out'];
        same("bool(true)\n", $out, "$what, a known host");
        // But not in another way.
        foreach (['tls=disabled', 'tls_ca=/mine.pem', "server_public_key_file=$file"] as $parameter) {
            $out = php_run($ways['ini_set()'], $ini, ["mysql://$here/app?$parameter"])['out'];
            one_warning(['session.save_path', 'how the server is verified'], $out, "$what, $parameter");
        }
    }
    $out = php_run('session_save_path(session_save_path()); var_dump(session_start());', $ini)['out'];
    same("bool(true)\n", $out, "$what, the same save_path");
    // What was refused is not remembered, and what was read is not either.
    $out = php_run('session_save_path($argv[1]); $first = @session_start(); ini_restore("session.save_path"); var_dump($first, session_start());', $ini, [$urls[0]])['out'];
    same("bool(false)\nbool(true)\n", $out, "$what, restored");
}
unlink($file);
unlink($socket);
echo "done\n";
?>
--EXPECT--
done
