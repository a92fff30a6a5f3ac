--TEST--
Two requests of one session run at the same time, and both of their changes are stored
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

foreach (['0', '1'] as $persistent) {
    $session = new Session('merge', ['rustsql.persistent' => $persistent]);
    $session->run('session_start(); $_SESSION = ["a" => 1, "cart" => ["x" => 1, "y" => 1]];');
    sleep(1);
    // None waits for another.
    $requests = [];
    foreach (range(1, 5) as $n) {
        $requests[] = $request = $session->start("session_start(); pause('open'); \$_SESSION['n$n'] = $n; \$_SESSION['cart']['$n'] = $n; echo RustSql\\status()['lock'];");
        same('open', $request->readLine(), "$n");
    }
    $remover = $session->start('session_start(); pause("open"); unset($_SESSION["cart"]["y"]);');
    $remover->readLine();
    foreach ([...$requests, $remover] as $request) {
        echo $session->finish($request);
    }
    echo $session->stored(), "\n";
}
?>
--EXPECT--
x
