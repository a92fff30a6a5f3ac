--TEST--
A handler that writes within a read_and_close start: refused if another request wrote since the read
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$start = <<<'CODE'
session_set_save_handler(new class extends SessionHandler {
    function read($id): string|false {
        $data = parent::read($id);
        pause('read');
        echo var_export(parent::write($id, 'n|i:3;'), true), "\n";
        return $data;
    }
});
session_start(['read_and_close' => true]);
CODE;
foreach (LOCKS as $lock) {
    foreach ([false, true] as $rival) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $reader = $session->start($start);
        $reader->readLine();
        if ($rival) {
            $session->run('session_start(); $_SESSION["n"] = 2;');
        }
        echo $lock, $rival ? ' with a rival: ' : ': ', $session->finish($reader), $session->stored(), "\n";
    }
}
?>
--EXPECT--
advisory: true
n|i:3;
advisory with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
false
n|i:2;
row: true
n|i:3;
row with a rival: Warning: rustsql: the session was not written: another request has written newer data since it was read; the stored data stays
false
n|i:2;
