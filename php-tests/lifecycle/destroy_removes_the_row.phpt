--TEST--
session_destroy() removes the row, also when there is none
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->request('other', fn () => $_SESSION['a'] = 2);
    same(true, $table->request('abc', fn () => session_destroy()), "$lock: destroy");
    same(null, $table->row('abc'), "$lock: the row");
    same('a|i:2;', $table->row('other')['data'], "$lock: another row");
    same([], $table->request('abc', fn () => session_destroy() ? $_SESSION : null), "$lock: read again");

    same(true, $table->request('new', fn () => session_destroy()), "$lock: destroy of a new session");
    same(null, $table->row('new'), "$lock: its row");

    same(true, $table->request('gone', function () use ($table) {
        $_SESSION['a'] = 3;
        return session_destroy();
    }), "$lock: destroy after a change");
    same(1, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
