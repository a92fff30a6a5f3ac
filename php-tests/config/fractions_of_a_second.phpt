--TEST--
Timeouts below a second work
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $short = ['connect_timeout' => '0.9', 'io_timeout' => '0.9', 'lock_timeout' => '0.5', 'lock_ttl' => '0.9', 'retry_after' => '0.1'];
    same('kept', $table->request('abc', fn () => $_SESSION['n'] = 'kept', [], $short), "$lock: written");
    same('n|s:4:"kept";', $table->row('abc')['data'] ?? null, "$lock: stored");
    same([], warnings(), "$lock: warnings");
}
echo "done\n";
--EXPECT--
done
