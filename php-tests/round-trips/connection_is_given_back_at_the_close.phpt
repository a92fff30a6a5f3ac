--TEST--
After session_write_close(), session_abort() or session_destroy() a request that goes on holds no connection
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    foreach (['session_write_close();', '$_SESSION["n"] = 2; session_write_close();', 'session_abort();', 'session_destroy();',
        'session_regenerate_id(); session_write_close();'] as $close) {
        $session = new Session($lock);
        $request = $session->hold("$close pause('closed');");
        $during = count($session->connections());
        $request->write("\n");
        $request->readLine();
        $session->awaitNoConnection();
        echo "$lock, $close $during, then none\n", $session->finish($request);
    }
}
?>
--EXPECT--
advisory, session_write_close(); 1, then none
advisory, $_SESSION["n"] = 2; session_write_close(); 1, then none
advisory, session_abort(); 1, then none
advisory, session_destroy(); 1, then none
advisory, session_regenerate_id(); session_write_close(); 1, then none
row, session_write_close(); 1, then none
row, $_SESSION["n"] = 2; session_write_close(); 1, then none
row, session_abort(); 1, then none
row, session_destroy(); 1, then none
row, session_regenerate_id(); session_write_close(); 1, then none
