--TEST--
read_and_close reads the stored data and leaves the row as it is, however old its expiry
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->update('abc', 'expires = UNIX_TIMESTAMP() + 30, used = used - 50');
    $before = $table->frozen('abc');
    same(['a' => 1], $table->request('abc', fn () => $_SESSION, ['read_and_close' => true]), "$lock: data");
    same($before, $table->frozen('abc'), "$lock: the row");
    same([], $table->request('new', fn () => $_SESSION, ['read_and_close' => true]), "$lock: a new session");
    same(1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
