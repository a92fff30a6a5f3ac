--TEST--
The longest time that a setting takes works, over TCP and over a socket
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';

const TIMES = ['connect_timeout', 'io_timeout', 'retry_after', 'lock_timeout', 'lock_ttl', 'persistent_idle', 'touch_interval'];

$server = Server::shared();
$ini = array_fill_keys(array_map(fn ($name) => "rustsql.$name", TIMES), '31536000') + ['session.gc_maxlifetime' => '9223372036854775807'];
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $persistent) {
        foreach (['TCP' => $server->dsn(), 'socket' => $server->socketDsn()] as $way => $dsn) {
            $session = new Session($lock, ['rustsql.dsn' => $dsn, 'rustsql.persistent' => $persistent] + $ini);
            $code = 'foreach ([1, 2] as $n) { session_start(); $_SESSION["n"] = $n; session_write_close(); } session_start(); fwrite(STDOUT, $_SESSION["n"]);';
            same('2', trim($session->run($code)), "$lock, $way, kept $persistent");
            same('n|i:2;', $session->stored(), "$lock, $way, kept $persistent: stored");
        }
    }
}
echo "done\n";
--EXPECT--
done
