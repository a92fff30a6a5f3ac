--TEST--
rustsql.defaults_file gives user, password, host, port, socket and database; settings and the DSN win over it
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$table = new Table;
$file = tempnam(sys_get_temp_dir(), 'cnf');
$show = 'session_id("abc"); if (session_start()) { $_SESSION["n"] = 1; echo RustSql\status()["host"]; }';
$run = function (string $content, array $ini = []) use ($file, $table, $show) {
    file_put_contents($file, $content);
    return php_run($show, $ini + ['rustsql.defaults_file' => $file, 'rustsql.table' => $table->name])['out'];
};
$tcp = "127.0.0.1:$server->port";
$account = "user=app\npassword=app-secret\n";
$place = "host=127.0.0.1\nport=$server->port\n";

same($tcp, $run("[client]\n$account$place\ndatabase=app\n"), '[client] alone');
same($tcp, $run("[rustsql]\n$account$place\ndatabase=app\n"), '[rustsql] alone');
same($server->socket, $run("[client]\n$account\nsocket=$server->socket\ndatabase = app\n"), 'a socket');
same($tcp, $run("# a comment\n; another\n[mysqld]\nuser=mysql\nport=1\n\n[client]\nuser = \"app\"\npassword = 'app-secret'\n$place\n[mysql]\nuser=x\nprompt=\\u\n", ['rustsql.dsn' => 'mysql:///app']), 'other sections, quotes, comments');
same($tcp, $run("[client]\nuser=wrong\npassword=wrong\nhost=127.0.0.1\nport=1\ndatabase=wrong\n[rustsql]\n$account$place\ndatabase=app\n"), '[rustsql] wins over [client]');
same($tcp, $run("[rustsql]\n$account$place\ndatabase=app\n[client]\nuser=wrong\npassword=wrong\nhost=127.0.0.1\nport=1\n"), 'also when it comes first');
same($tcp, $run("[client]\n$account\nsocket=/nowhere\n[rustsql]\n$place\ndatabase=app\n"), 'a host in [rustsql] wins over a socket in [client]');
same($tcp, $run("[client]\nuser=wrong\npassword=wrong\nhost=127.0.0.1\nport=1\ndatabase=wrong\n", ['rustsql.dsn' => $server->dsn()]), 'the DSN wins');
same($tcp, $run("[client]\nuser=wrong\npassword=wrong\n", ['rustsql.dsn' => "mysql://$tcp/app", 'rustsql.user' => 'app', 'rustsql.password' => 'app-secret']), 'rustsql.user and rustsql.password win');
same($tcp, $run("[client]\n$account", ['rustsql.dsn' => "mysql://$tcp/app"]), 'only the account');
check((bool) $table->row('abc'), 'the row');

// Only what cannot be read from PHP is hidden there.
file_put_contents($file, "[client]\n$account");
$result = php_run('session_start(); echo json_encode(ini_get_all("rustsql", false));', ['rustsql.defaults_file' => $file, 'rustsql.dsn' => "mysql://$tcp/app", 'rustsql.table' => $table->name]);
check(!str_contains($result['out'], 'app-secret'), 'ini_get_all()', $result['out']);
unlink($file);
echo "done\n";
--EXPECT--
done
