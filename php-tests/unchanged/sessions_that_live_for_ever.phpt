--TEST--
With a gc_maxlifetime that ends after the year 2106, an unchanged session stays, and no other request's write is refused
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach ([0, 1] as $persistent) {
        $session = new Session($lock, ['session.gc_maxlifetime' => '3000000000', 'rustsql.persistent' => $persistent]);
        $session->run('session_start(); $_SESSION["n"] = 0;');
        $version = $session->row()['version'];
        for ($n = 0; $n < 8; $n++) {
            $holder = $session->hold();
            $waiter = $session->start('session_start(); $_SESSION["n"]++;');
            $session->awaitWaiters(1);
            echo $session->finish($holder), $session->finish($waiter);
        }
        $row = $session->row();
        echo "$lock, $persistent: $row[data] $row[expires], written ", ($row['version'] >> MARK_BITS) - ($version >> MARK_BITS), " times\n";
    }
}
?>
--EXPECT--
advisory, 0: n|i:8; 4294967295, written 8 times
advisory, 1: n|i:8; 4294967295, written 8 times
row, 0: n|i:8; 4294967295, written 8 times
row, 1: n|i:8; 4294967295, written 8 times
