--TEST--
session_start() with a new id does not wait for the lock on a kept connection: whoever learns the id waits in turn, and a write without the lock never happens
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/withheld.php';

$server = Server::shared();
/** A request that has started a new session, whose id is `$first->id`. `$then` comes after a line. */
function first(Session $session, WithheldAnswers $relay, ?string $withheld, string $then = ''): object
{
    $code = 'session_start(); session_write_close(); pause("ready");
        session_id(""); session_start(); $_SESSION["n"] = 1; pause(session_id()); ' . $then;
    $process = $session->start($code, ['rustsql.persistent' => '1', 'rustsql.dsn' => $relay->dsn('', ['user' => $session->user])]);
    $process->readLine() === 'ready' || throw new RuntimeException('it is not ready');
    match ($withheld) {
        'answers' => $relay->pass(''),
        'statements' => $relay->hold(),
        null => null,
    };
    $process->write("\n");
    return (object) ['process' => $process, 'id' => $process->readLine()];
}

const ADD = '$_SESSION["n"] = ($_SESSION["n"] ?? 0) + 100; ';

foreach (LOCKS as $lock) {
    $relay = new WithheldAnswers($server);
    $session = new Session($lock);
    $session->run('session_start();');
    $stored = fn (string $id) => 'stored: ' . $session->finish($session->start('session_start(["read_and_close" => true]); echo $_SESSION["n"] ?? "nothing";', [], $id));

    echo "$lock\n\n* the answer is late, and another request comes\n";
    $first = first($session, $relay, 'answers');
    $session->awaitLock($first->id);
    $second = $session->start('session_start(); ' . ADD, [], $first->id);
    $session->awaitWaiters(1);
    $relay->pass(null);
    echo $session->finish($first->process), $session->finish($second), $stored($first->id);

    echo "\n* the statement is late, and the other request has ended\n";
    $first = first($session, $relay, 'statements');
    echo $session->finish($session->start('session_start(); ' . ADD, [], $first->id));
    $relay->send();
    echo $session->finish($first->process), $stored($first->id);

    foreach (['', 'session_abort();'] as $end) {
        echo "\n* the statement is late, and the other request still has the session", $end ? ', which it then aborts' : '', "\n";
        $first = first($session, $relay, 'statements', 'session_write_close(); pause("written");');
        $second = $session->hold(ADD . $end, [], $first->id);
        $relay->send();
        $first->process->write("\n");
        $session->awaitWaiters(1);
        echo $session->finish($second);
        echo $session->finish($first->process), $stored($first->id);
    }

    echo "\n* the connection is lost before the write\n";
    $first = first($session, $relay, null);
    $session->loseConnection();
    echo $session->finish($first->process), $stored($first->id);

    foreach (['session_abort(); pause("ended");', 'session_destroy(); pause("ended");', 'session_reset(); $_SESSION["n"] = 2; session_write_close(); pause("ended");'] as $then) {
        echo "\n* $then\n";
        $first = first($session, $relay, null, $then);
        $first->process->write("\n");
        echo $first->process->readLine(), ': ';
        // The kept connection holds nothing.
        echo $session->finish($session->start('var_dump(session_start());', ['rustsql.lock_timeout' => $lock === 'row' ? '1' : '0'], $first->id));
        echo $session->finish($first->process), $stored($first->id);
    }

    echo "\n* an empty session is not stored\n";
    $ini = ['rustsql.persistent' => '1', 'rustsql.store_empty' => '0'];
    echo $session->run('for ($i = 0; $i < 3; $i++) { session_id(""); session_start(); session_write_close(); } session_id(""); session_start(); $_SESSION["n"] = 1; session_write_close(); echo RustSql\status() ? "open" : "closed";', $ini), "\n";

    echo "\n* the table is gone\n";
    $first = $session->start('session_start(); session_write_close(); pause("ready"); session_id(""); session_start(); $_SESSION["n"] = 1; pause(session_id());', ['rustsql.persistent' => '1']);
    $first->readLine();
    $server->query("DROP TABLE app.$session->table");
    $first->write("\n");
    $id = $first->readLine();
    echo $session->finish($first), $stored($id), "\n";
}
?>
--EXPECT--
advisory

* the answer is late, and another request comes
stored: 101

* the statement is late, and the other request has ended
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
stored: 100

* the statement is late, and the other request still has the session
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
written
stored: 100

* the statement is late, and the other request still has the session, which it then aborts
written
stored: 1

* the connection is lost before the write
stored: 1

* session_abort(); pause("ended");
ended: bool(true)
stored: nothing

* session_destroy(); pause("ended");
ended: bool(true)
stored: nothing

* session_reset(); $_SESSION["n"] = 2; session_write_close(); pause("ended");
ended: bool(true)
stored: 2

* an empty session is not stored
closed


* the table is gone
stored: 1

row

* the answer is late, and another request comes
stored: 101

* the statement is late, and the other request has ended
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
stored: 100

* the statement is late, and the other request still has the session
Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
written
stored: 100

* the statement is late, and the other request still has the session, which it then aborts
written
stored: 1

* the connection is lost before the write
stored: 1

* session_abort(); pause("ended");
ended: bool(true)
stored: nothing

* session_destroy(); pause("ended");
ended: bool(true)
stored: nothing

* session_reset(); $_SESSION["n"] = 2; session_write_close(); pause("ended");
ended: bool(true)
stored: 2

* an empty session is not stored
closed


* the table is gone
stored: 1
