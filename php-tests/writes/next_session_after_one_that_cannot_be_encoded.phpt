--TEST--
After a session that PHP cannot encode, the request opens another one with settings of its own, and the first is free
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $other = $session->server->dsn('max_size=10', ['user' => $session->user]);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $request = $session->start("
        session_start();
        \$_SESSION['a|b'] = 1;
        @session_write_close();
        session_id('another');
        session_save_path('$other');
        session_start();
        pause('another');
        \$_SESSION['n'] = 'more than ten bytes';
    ");
    echo "$lock: ", $request->readLine(), "\n";
    echo $session->run('session_start(); var_dump(++$_SESSION["n"]);', ['rustsql.lock_timeout' => '0']);
    echo $session->finish($request);
    $session->awaitNoConnection();
}
?>
--EXPECT--
advisory: another
int(2)
Warning: rustsql: the session has 29 bytes, and rustsql.max_size is 10; the stored data stays
row: another
int(2)
Warning: rustsql: the session has 29 bytes, and rustsql.max_size is 10; the stored data stays
