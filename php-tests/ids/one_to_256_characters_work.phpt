--TEST--
Ids of 1 to 256 characters of the alphabet of PHP are stored and read
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$ids = ['a', '0', '-', ',', 'Aa,-09zZ', str_repeat('x', 255) . 'y', str_repeat('x', 256)];
foreach (each_lock() as $lock => $table) {
    foreach ($ids as $number => $id) {
        $table->request($id, fn () => $_SESSION['number'] = $number);
    }
    foreach ($ids as $number => $id) {
        same(['number' => $number], $table->request($id), "$lock: " . substr($id, 0, 20));
        same("number|i:$number;", $table->row($id)['data'] ?? null, "$lock: the row of " . substr($id, 0, 20));
    }
    same(count($ids), $table->count(), "$lock: rows");
    // Neither the case nor the end of an id is lost on the way.
    same([], $table->request('A'), "$lock: another case");
    same([], $table->request(str_repeat('x', 254)), "$lock: a shorter one");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
