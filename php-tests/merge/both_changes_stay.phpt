--TEST--
Two requests of one session run at the same time, and both of their changes are stored
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

foreach (['0', '1'] as $persistent) {
    $session = new Session('merge', ['rustsql.persistent' => $persistent]);
    $session->run('session_start(); $_SESSION = ["a" => 1, "cart" => ["x" => 1, "y" => 1]];');
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
merge
merge
merge
merge
merge
a|i:1;cart|a:6:{s:1:"x";i:1;i:1;i:1;i:2;i:2;i:3;i:3;i:4;i:4;i:5;i:5;}n1|i:1;n2|i:2;n3|i:3;n4|i:4;n5|i:5;
merge
merge
merge
merge
merge
a|i:1;cart|a:6:{s:1:"x";i:1;i:1;i:1;i:2;i:2;i:3;i:3;i:4;i:4;i:5;i:5;}n1|i:1;n2|i:2;n3|i:3;n4|i:4;n5|i:5;
