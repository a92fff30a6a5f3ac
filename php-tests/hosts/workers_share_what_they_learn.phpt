--TEST--
What one worker learns of a host, every worker of the same PHP master process knows
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$silent = new SilentHost;
$server = Server::shared();
$worker = '
    if (!$pid = pcntl_fork()) {
        session_start();
        fwrite(STDOUT, RustSql\status()["host"] . "\n");
        fgets(STDIN);
        exit(0);
    }
    pcntl_waitpid($pid, $status);';
foreach (LOCKS as $lock) {
    foreach (['60' => 'known to all', '0' => 'retry_after 0, but one worked'] as $retry_after => $what) {
        $session = new Session($lock);
        $dsn = hosts_dsn([$silent, $server], '', ['user' => $session->user]);
        $master = $session->start(str_repeat($worker, 4), ['rustsql.dsn' => $dsn, 'rustsql.connect_timeout' => '1', 'rustsql.retry_after' => (string) $retry_after]);
        for ($i = 0; $i < 4; $i++) {
            $used = $master->readLine() === host($server) ? 'the server' : 'another host';
            $tried[$i] = $silent->connections();
            $master->write("go on\n");
        }
        echo "$lock, $what: $used, tries of the silent host: ", implode(' ', $tried), "\n", $session->finish($master);
    }
}
// Another master process knows nothing yet.
$session->run('session_start();', ['rustsql.dsn' => $dsn, 'rustsql.connect_timeout' => '1']);
echo 'another master process: ', $silent->connections(), "\n";
?>
--EXPECT--
advisory, known to all: the server, tries of the silent host: 1 0 0 0
advisory, retry_after 0, but one worked: the server, tries of the silent host: 1 0 0 0
row, known to all: the server, tries of the silent host: 1 0 0 0
row, retry_after 0, but one worked: the server, tries of the silent host: 1 0 0 0
another master process: 1
