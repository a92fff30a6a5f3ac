--TEST--
No warning of ours has a password, a DSN or a session id
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$id = 'SecretId' . bin2hex(random_bytes(8));
foreach (each_lock() as $lock => $table) {
    $table->request($id, fn () => $_SESSION['a'] = 1);
    $bad = $server->dsn('', ['password' => 'other-secret']);
    $events = [
        'wrong password' => fn () => [session_save_path($bad), session_start()],
        'nobody listens' => fn () => [session_save_path($server->dsn('', ['port' => 1])), session_start()],
        'bad parameter' => fn () => [session_save_path($server->dsn('nonsense=1')), session_start()],
        'bad id' => fn () => [$table->open(), session_id("{$id}_x"), session_start()],
        'refused write' => function () use ($table) {
            $table->open();
            session_start();
            $_SESSION['a'] = fn () => 1;
            try {
                session_write_close();
            } catch (Exception) {
            }
        },
        'too large' => fn () => [$table->open(['max_size' => '10']), session_start(), $_SESSION['a'] = str_repeat('x', 99), session_write_close()],
        'undecodable' => fn () => [$table->open(), $table->update($id, "data = 'a|s:10:\"'"), session_start()],
        'bad ini_set()' => fn () => [ini_set('rustsql.lock', 'x')],
        'killed' => function () use ($table, $server, $id) {
            $table->update($id, "data = 'a|i:1;'");
            $table->open();
            session_start();
            $server->query('KILL ' . RustSql\status()['connection_id']);
            $table->update($id, $table->lock === 'row' ? 'version = version + 5' : 'version = version + 5');
            $_SESSION['a'] = 2;
            session_write_close();
        },
    ];
    foreach ($events as $what => $event) {
        session_id($id);
        $event();
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_abort();
        }
        $own = ours();
        check(count($own) >= 1, "$lock, $what: warned", $own);
        foreach (['secret', $id, session_key($id), 'mysql://', substr($id, 8)] as $part) {
            check(stripos(implode("\n", $own), $part) === false, "$lock, $what: without $part", $own);
        }
    }
}
echo "done\n";
--EXPECT--
done
