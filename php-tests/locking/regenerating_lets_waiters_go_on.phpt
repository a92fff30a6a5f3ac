--TEST--
session_regenerate_id() frees the old id at once: its waiters go on with what was left there
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach (['false', 'true'] as $delete) {
        foreach (['$_SESSION["n"] = 2;', ''] as $change) {
            $session = new Session($lock);
            $session->run('session_start(); $_SESSION["n"] = 1;');
            $holder = $session->hold("
                $change session_regenerate_id($delete);
                pause('moved');
                \$_SESSION['n'] = 3; session_write_close();
                echo session_id() === '$session->id' ? 'same' : 'new', ' id: ', json_encode(\$_SESSION);");
            $waiter = $session->start('session_start(); echo json_encode($_SESSION); $_SESSION["waiter"] = 1;');
            $session->awaitWaiters(1);
            $holder->write("\n");
            $holder->readLine();
            // The holder has not ended: it has the new id.
            echo "$lock, session_regenerate_id($delete)", $change ? ' after a change' : '', "\n",
                '  waiter: ', $session->finish($waiter), '  holder: ', $session->finish($holder),
                '  old id: ', $session->stored(), "\n";
        }
    }
}
?>
--EXPECT--
advisory, session_regenerate_id(false) after a change
  waiter: {"n":2}
  holder: new id: {"n":3}
  old id: n|i:2;waiter|i:1;
advisory, session_regenerate_id(false)
  waiter: {"n":1}
  holder: new id: {"n":3}
  old id: n|i:1;waiter|i:1;
advisory, session_regenerate_id(true) after a change
  waiter: []
  holder: new id: {"n":3}
  old id: waiter|i:1;
advisory, session_regenerate_id(true)
  waiter: []
  holder: new id: {"n":3}
  old id: waiter|i:1;
row, session_regenerate_id(false) after a change
  waiter: {"n":2}
  holder: new id: {"n":3}
  old id: n|i:2;waiter|i:1;
row, session_regenerate_id(false)
  waiter: {"n":1}
  holder: new id: {"n":3}
  old id: n|i:1;waiter|i:1;
row, session_regenerate_id(true) after a change
  waiter: []
  holder: new id: {"n":3}
  old id: waiter|i:1;
row, session_regenerate_id(true)
  waiter: []
  holder: new id: {"n":3}
  old id: waiter|i:1;
