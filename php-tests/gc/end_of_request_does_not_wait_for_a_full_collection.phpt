--TEST--
With very many expired sessions, the end of a request deletes some, and session_gc() the rest
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $table->addExpired(6000);
    $table->request('abc', fn () => $_SESSION['a'] = 1, ['gc_probability' => 1, 'gc_divisor' => 1]);
    $left = $table->count('expires <= UNIX_TIMESTAMP()');
    check($left < 6000, "$lock: some were deleted", $left);
    check($left > 0, "$lock: some are left", $left);
    same($left + 1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
