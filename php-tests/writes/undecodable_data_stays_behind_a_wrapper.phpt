--TEST--
Stored data that PHP cannot decode stays also behind a wrapped SessionHandler
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    session_module_name('rustsql');
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->update('abc', "data = 'a|s:10:\"abc'");
    $before = $table->frozen('abc');
    session_set_save_handler(new SessionHandler, true);
    same(null, $table->request('abc', fn () => $_SESSION['a'] = 'new'), "$lock: session_start()");
    one_warning(['could not decode', 'stored data stays'], warnings(), $lock);
    same($before, $table->frozen('abc'), "$lock: the row");
}
echo "done\n";
--EXPECT--
done
