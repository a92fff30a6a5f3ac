--TEST--
A password of a file is in no message, setting, phpinfo, /proc of the worker, connection attribute or process list
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$log = tempnam(sys_get_temp_dir(), 'log');
unlink($log);
$server = Server::start(null, ['general_log' => '1', 'general_log_file' => $log, 'performance_schema' => 'ON']);
// The password of the other tests is in the environment of each test.
$server->query("CREATE USER own@'%' IDENTIFIED BY 'own-password'");
$server->query("GRANT ALL ON app.* TO own@'%'");
unlink($log);
$server->query('FLUSH GENERAL LOGS');
$folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
mkdir($folder, 0755);
file_put_contents("$folder/password", "own-password\n");
file_put_contents("$folder/cnf", "[client]\nuser=own\npassword=own-password\n");
foreach (['password_file' => "$folder/password", 'defaults_file' => "$folder/cnf"] as $setting => $file) {
    foreach (['0', '1'] as $pipelined) {
        $what = "$setting, pipelined $pipelined";
        $worker = php_start('session_id("abc"); $opened = session_start(); fwrite(STDOUT, json_encode([$opened, RustSql\status()["connection_id"]]) . "\n"); fgets(STDIN);
            session_write_close();
            session_save_path("mysql://nobody@127.0.0.1:1/app"); session_start();
            phpinfo(); print_r([ini_get_all("rustsql"), RustSql\status(), RustSql\ping(), $GLOBALS, getenv()]);
            echo new ReflectionExtension("rustsql");',
            ["rustsql.$setting" => $file, 'rustsql.dsn' => "mysql://own@127.0.0.1:$server->port/app", 'rustsql.pipelined_login' => $pipelined, 'rustsql.persistent' => '1']);
        [$opened, $connection] = json_decode($worker->readLine());
        same(true, $opened, "$what: opened");
        $seen = '';
        foreach (['cmdline', 'environ', 'comm', 'maps', 'net/unix'] as $name) {
            $seen .= file_get_contents("/proc/$worker->pid/$name");
        }
        $attributes = $server->query("SELECT attr_name AS name, attr_value AS value FROM performance_schema.session_connect_attrs WHERE processlist_id = $connection");
        has('_client_name', json_encode($attributes), "$what: the attributes were read");
        $seen .= json_encode($attributes) . json_encode($server->query('SHOW FULL PROCESSLIST')) . json_encode($server->query('SELECT * FROM performance_schema.threads'));
        $end = $worker->wait();
        has(['rustsql.' . $setting, 'rustsql: '], $end['out'], "$what: the output was read");
        $seen .= $end['out'] . $end['err'] . file_get_contents($log);
        foreach (['own-password', bin2hex('own-password'), base64_encode('own-password'), sha1('own-password'), strtoupper(sha1(sha1('own-password', true)))] as $form) {
            check(stripos($seen, $form) === false, "$what: no password", substr($seen, max(0, (int) stripos($seen, $form) - 100), 300));
        }
    }
}
exec('rm -r ' . escapeshellarg($folder));
@unlink($log);
echo "done\n";
--EXPECT--
done
