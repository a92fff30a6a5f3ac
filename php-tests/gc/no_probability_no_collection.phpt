--TEST--
session.gc_probability=0 leaves expired sessions where they are
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $table->addExpired(10);
    foreach (range(1, 5) as $n) {
        $table->request('abc', fn () => $_SESSION['n'] = $n, ['gc_probability' => 0, 'gc_divisor' => 1]);
    }
    same(11, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
