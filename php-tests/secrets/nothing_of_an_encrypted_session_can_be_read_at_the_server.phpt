--TEST--
No data of an encrypted session is in the server's files, logs, binary log or process list; data of a plain session is
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

// Not compressible, and without characters that a log would escape.
$secret = bin2hex(random_bytes(20));
$key = key_file(KEY_ONE);
foreach (['off', 'on'] as $encryption) {
    $server = Server::start(null, ['general_log' => '1', 'general_log_file' => 'general.log', 'log_bin' => 'binlog', 'server_id' => '1']);
    $folder = $server->query('SELECT @@datadir AS d')[0]['d'];
    foreach (['row', 'advisory'] as $lock) {
        $table = new Table($lock, [], $server);
        $table->create();
        $ini = ['rustsql.encryption' => $encryption, 'rustsql.encryption_key_file' => $key, 'rustsql.compression' => 'lz4'] + $table->ini();
        // Small, and so large that it is sent as a prepared statement's value.
        foreach ([1, 5000] as $times) {
            $said = php_run("session_id('abc$times'); session_start(); \$_SESSION['a'] = str_repeat(\$argv[1], $times);", $ini, [$secret]);
            same(['', ''], [$said['out'], $said['err']], "$encryption, $lock, $times times: written");
            $said = php_run("session_id('abc$times'); session_start(); echo \$_SESSION['a'] === str_repeat(\$argv[1], $times) ? 'the same' : 'another';", $ini, [$secret]);
            same('the same', $said['out'] . $said['err'], "$encryption, $lock, $times times: read");
        }
        if ($lock === 'row') {
            continue;
        }
        // A write that waits for its row is in the process list, with all its text.
        $writer = php_start('session_id("abc1"); session_start(); fwrite(STDOUT, "started\n"); fgets(STDIN); $_SESSION["a"] .= $argv[1];', $ini, [$secret]);
        same('started', $writer->readLine(), "$encryption: the writer");
        $server->admin()->select_db('app');
        $server->query('BEGIN');
        $server->query("SELECT id FROM `$table->name` FOR UPDATE");
        $writer->write("go on\n");
        $other = new mysqli('localhost', 'root', '', '', 0, $server->socket);
        $waits = fn () => preg_grep('~^UPDATE ~', array_filter(array_column($other->query('SHOW FULL PROCESSLIST')->fetch_all(MYSQLI_ASSOC), 'Info')));
        $shown = implode(Server::waitFor($waits));
        $server->query('ROLLBACK');
        $writer->wait();
        same($encryption === 'off', str_contains($shown, $secret), "$encryption: in the process list");
    }
    $server->query('FLUSH LOGS');
    $server->stop();
    $has = [];
    foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS)) as $file) {
        if ($file->isFile() && str_contains(file_get_contents($file->getPathname()), $secret)) {
            $has[] = preg_replace(['~^\d+_~', '~\.\d+$~'], '', $file->getBasename());
        }
    }
    if ($encryption === 'on') {
        same([], $has, 'files with the data of an encrypted session');
    } else {
        check(in_array('general.log', $has) && in_array('binlog', $has) && preg_grep('~\.ibd$~', $has), 'files with the data of a plain session', $has);
    }
}
echo "done\n";
?>
--EXPECT--
done
