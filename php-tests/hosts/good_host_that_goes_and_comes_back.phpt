--TEST--
The last good host stays first while it works; after its failure the others are used, and a host that came back is used again
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

foreach (LOCKS as $lock) {
    $pair = new Pair($lock);
    $pair->a->kill();
    $dsn = hosts_dsn([$pair->a, $pair->b], "lock=$lock", ['user' => $pair->session->user]);
    $worker = new Worker;
    $tell = function (string $what) use ($worker, $dsn, $pair): void {
        echo "  $what: ", $pair->name($worker->request($dsn)), "\n";
    };
    echo "$lock\n";
    $tell('A is down');
    $pair->a->restart();
    $tell('A is back');
    $pair->b->kill();
    $tell('B is down');
    $tell('B is still down');
    $pair->b->restart();
    $tell('B is back');
    $pair->a->kill();
    $tell('A is down again');
}
?>
--EXPECT--
advisory
  A is down: B
  A is back: B
  B is down: A
  B is still down: A
  B is back: A
  A is down again: B
row
  A is down: B
  A is back: B
  B is down: A
  B is still down: A
  B is back: A
  A is down again: B
