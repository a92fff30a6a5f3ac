--TEST--
A host that failed is tried after all others for retry_after seconds, and then in its usual place again
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

$silent = new SilentHost;
[$one, $two] = $servers = [Server::start(), Server::start()];
$names = [host($silent) => 'silent', host($one) => 'one', host($two) => 'two'];

/** How a server goes without ending. */
function takes_writes(Server $server, bool $on): void
{
    $server->query('SET GLOBAL read_only = ' . ($on ? '0' : '1'));
}

foreach (['advisory' => ['60', '1', '0'], 'row' => ['60']] as $lock => $times) {
    foreach ($times as $retry_after) {
        array_map(fn ($server) => takes_writes($server, true), $servers);
        $dsn = hosts_dsn([$silent, $one, $two], "lock=$lock&connect_timeout=1&retry_after=$retry_after");
        $worker = new Worker;
        $tell = function (string $what) use ($worker, $dsn, $silent, $names): void {
            $used = strtr($worker->request($dsn), $names);
            echo "$what: $used, ", $silent->connections() ? 'the silent host was tried' : 'the silent host was left alone', "\n";
        };
        echo "$lock, retry_after $retry_after\n";
        $tell('  in the order of the list');
        $tell('  the last good one first');
        if ($retry_after === '1') {
            let_pass(1.1);
        }
        takes_writes($one, false);
        $tell('  the good one takes no writes any more');
        takes_writes($one, true);
        takes_writes($two, false);
        echo '  and takes them again, and the other does not: ', strtr($worker->request($dsn), $names), "\n";
    }
}
?>
--EXPECT--
advisory, retry_after 60
  in the order of the list: one, the silent host was tried
  the last good one first: one, the silent host was left alone
  the good one takes no writes any more: two, the silent host was left alone
  and takes them again, and the other does not: one
advisory, retry_after 1
  in the order of the list: one, the silent host was tried
  the last good one first: one, the silent host was left alone
  the good one takes no writes any more: two, the silent host was tried
  and takes them again, and the other does not: one
advisory, retry_after 0
  in the order of the list: one, the silent host was tried
  the last good one first: one, the silent host was left alone
  the good one takes no writes any more: two, the silent host was tried
  and takes them again, and the other does not: one
row, retry_after 60
  in the order of the list: one, the silent host was tried
  the last good one first: one, the silent host was left alone
  the good one takes no writes any more: two, the silent host was left alone
  and takes them again, and the other does not: one
