--TEST--
No session id and no password is in the general log, the table or the process list
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$log = tempnam(sys_get_temp_dir(), 'log');
unlink($log);
$server = Server::start(null, ['general_log' => '1', 'general_log_file' => $log]);
$ids = [];
$seen = '';
foreach (each_lock($server) as $lock => $table) {
    $look = function () use ($server, &$seen) {
        $seen .= json_encode($server->query('SHOW FULL PROCESSLIST'));
    };
    foreach (['0', '1'] as $strict) {
        ini_set('session.use_strict_mode', '0');
        $ids[] = $id = "SecretId-$lock-$strict-" . bin2hex(random_bytes(8));
        $table->request($id, fn () => $_SESSION['a'] = 1);
        ini_set('session.use_strict_mode', $strict);
        $table->request($id, function () use (&$ids, $look) {
            $_SESSION['a'] = 2;
            $look();
            session_create_id();
            session_regenerate_id(false);
            $ids[] = session_id();
            session_regenerate_id(true);
            $ids[] = session_id();
            session_gc();
            session_reset();
            $_SESSION['large'] = str_repeat("\xff", 2 << 20);
        });
        $table->request(end($ids), fn () => $_SESSION['a'] = 3);
        $table->request(end($ids), fn () => session_destroy());
        // One that waits in vain, with all that is asked about the holder then.
        $holder = php_start("session_id('$id'); session_start(); echo \"locked\\n\"; fgets(STDIN);", $table->ini());
        same('locked', $holder->readLine(), "$lock: the holder");
        $table->request($id, null, [], ['lock_timeout' => '0.2']);
        $look();
        one_warning('locked by another request', warnings(), "$lock, strict mode $strict");
        $holder->wait();
    }
    // The rows in every form that a dump can have.
    foreach ($server->query("SELECT * FROM app.`$table->name`") as $row) {
        $seen .= implode("\n", $row) . "\n" . implode("\n", array_map(fn ($value) => bin2hex((string) $value), $row));
    }
}
$seen .= file_get_contents($log);
check(substr_count($seen, 'INSERT INTO') > 4 && substr_count($seen, 'GET_LOCK') > 4, 'the log was read', strlen($seen));
foreach ($ids as $id) {
    foreach ([$id, bin2hex($id), base64_encode($id), strtolower($id), hash('sha256', $id), md5($id), sha1($id)] as $form) {
        check(stripos($seen, $form) === false, 'no session id', substr($seen, max(0, (int) stripos($seen, $form) - 100), 300));
    }
}
foreach (['app-secret', bin2hex('app-secret'), base64_encode('app-secret')] as $form) {
    check(stripos($seen, $form) === false, 'no password', substr($seen, max(0, (int) stripos($seen, $form) - 100), 300));
}
unlink($log);
echo "done\n";
--EXPECT--
done
