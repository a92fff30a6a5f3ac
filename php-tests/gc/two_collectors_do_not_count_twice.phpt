--TEST--
Two collections at the same time count each deleted session once
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $table->addExpired(3000);
    $code = 'session_id("c$argv[1]"); session_start(); echo "ready\n"; fgets(STDIN); echo session_gc();';
    $collectors = array_map(fn ($n) => php_start($code, $table->ini(), [(string) $n]), [1, 2, 3]);
    array_map(fn ($collector) => same('ready', $collector->readLine(), $lock), $collectors);
    array_map(fn ($collector) => $collector->write("\n"), $collectors);
    $counts = array_map(fn ($collector) => $collector->wait()['out'], $collectors);
    same(3000, array_sum(array_map(intval(...), $counts)), "$lock: the sum of " . implode(', ', $counts));
    check(preg_grep('~^\d+$~', $counts) === $counts, "$lock: no warnings", $counts);
    same(3, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
