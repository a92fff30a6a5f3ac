--TEST--
A write that the server rolled back, for a deadlock or a row that others had locked for too long, is tried again
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

/** An administrator's transaction. */
function administrator(Server $server): mysqli
{
    $admin = new mysqli('localhost', 'root', '', 'app', 0, $server->socket);
    $admin->query('SET SESSION innodb_lock_wait_timeout = 20');
    $admin->query('CREATE TABLE IF NOT EXISTS much (id INT PRIMARY KEY)');
    return $admin;
}

function is_blocked(Session $session): bool
{
    return (bool) array_filter($session->connections(), fn ($row) => $row['Command'] === 'Query' && preg_match('~^(UPDATE|DELETE)~', (string) $row['Info']));
}

/** Waits until a request's statement stands in the queue for a row. */
function await_blocked(Session $session): void
{
    $seen = 0;
    Server::waitFor(function () use ($session, &$seen): bool {
        $seen = is_blocked($session) ? $seen + 1 : 0;
        return $seen === 3;
    });
}

$afterwards = 'session_write_close(); session_start(); $_SESSION["n"]++;';
foreach (LOCKS as $lock) {
    // The administrator has the entry of the index on `expires`, the request the row, and each wants the other's.
    foreach (['$_SESSION["n"]++;' => 'deadlock', '$_SESSION["n"]++; session_regenerate_id(); pause("regenerated");' => 'deadlock at the write of the old id', '' => 'deadlock at the move of the expiry', 'session_destroy();' => 'deadlock at the destruction'] as $change => $what) {
        $session = new Session($lock, ['session.gc_probability' => '0']);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $session->age();
        $row = $session->row();
        $holder = $session->hold("ob_start(); $change" . (str_contains($what, 'at the') ? '' : $afterwards));
        $admin = administrator($session->server);
        $admin->query('DELETE FROM much');
        $admin->begin_transaction();
        // Who has changed more is not the one to be rolled back.
        $admin->query('INSERT INTO much SELECT seq FROM (' . implode(' UNION ALL ', array_map(fn ($n) => "SELECT $n AS seq", range(1, 200))) . ') numbers');
        $index = array_column(array_filter($session->server->query("SHOW INDEX FROM app.$session->table"), fn ($index) => $index['Column_name'] === 'expires'), 'Key_name')[0];
        $admin->query("SELECT expires FROM $session->table FORCE INDEX (`$index`) WHERE expires = $row[expires] LOCK IN SHARE MODE");
        $holder->write("go on\n");
        await_blocked($session);
        $admin->query("SELECT data FROM $session->table WHERE id = x'" . session_key($session->id) . "' FOR UPDATE");
        $admin->commit();
        if (str_contains($change, 'pause')) {
            // That id is free although the request still holds its new one.
            echo "$lock: ", $holder->readLine(), ', and the old id is ', $session->run('echo session_start() ? "free" : "";', ['rustsql.lock_timeout' => '0']);
        }
        echo "$lock, $what: ", $session->finish($holder), json_encode($session->stored()), "\n";
        echo $session->run('session_start();', ['rustsql.lock_timeout' => '0']);
    }
}
// In row mode the request has the row, and nobody else can. A try gives up after 1 s, on MySQL after up to 2, and there are several.
$waiting = [];
foreach (['less', 'more'] as $time) {
    $session = new Session('advisory', ['rustsql.io_timeout' => '3', 'session.gc_probability' => '0']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('ob_start(); $_SESSION["n"]++;');
    $admin = administrator($session->server);
    $admin->begin_transaction();
    $admin->query("SELECT data FROM $session->table WHERE id = x'" . session_key($session->id) . "' FOR UPDATE");
    $waiting[$time] = [$session, $holder, $admin];
}
foreach ($waiting as [, $holder]) {
    $holder->write("go on\n");
}
await_blocked($session);
// Both have given up and begin anew.
Server::waitFor(fn () => !is_blocked($session));
$waiting['less'][2]->rollback();
foreach ($waiting as $time => [$session, $holder, $admin]) {
    echo "advisory, the row is locked for $time time than all tries take: ", preg_replace('~127\.0\.0\.1:\d+~', 'HOST', $session->finish($holder));
    $admin->rollback();
    echo $session->stored(), "\n";
}
?>
--EXPECT--
advisory, deadlock: "n|i:3;"
advisory: regenerated, and the old id is free
advisory, deadlock at the write of the old id: "n|i:2;"
advisory, deadlock at the move of the expiry: "n|i:1;"
advisory, deadlock at the destruction: null
row, deadlock: "n|i:3;"
row: regenerated, and the old id is free
row, deadlock at the write of the old id: "n|i:2;"
row, deadlock at the move of the expiry: "n|i:1;"
row, deadlock at the destruction: null
advisory, the row is locked for less time than all tries take: n|i:2;
advisory, the row is locked for more time than all tries take: Warning: rustsql: HOST answered with an error: error 1205 (HY000): Lock wait timeout exceeded; try restarting transaction; a transaction that is not rustsql's has locked the row, or the server's commits take longer than rustsql.io_timeout
n|i:1;
