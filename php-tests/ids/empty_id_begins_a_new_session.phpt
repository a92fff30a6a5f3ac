--TEST--
An empty id gets a new one
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $id = $table->request('', function () {
        $_SESSION['a'] = 1;
        return session_id();
    });
    check(strlen((string) $id) >= 22, "$lock: the id", $id);
    same('a|i:1;', $table->row((string) $id)['data'] ?? null, "$lock: stored");
    same(1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
