--TEST--
session_regenerate_id() takes the data to a new id; the old one stays, or goes when asked to
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['0', '1'] as $strict) {
        foreach ([false, true] as $delete) {
            $case = "$lock, strict mode $strict, " . ($delete ? 'deleted' : 'kept');
            ini_set('session.use_strict_mode', '0');
            $table->request('old', fn () => $_SESSION = ['a' => 1]);
            ini_set('session.use_strict_mode', $strict);
            $new = $table->request('old', function () use ($delete, $case) {
                $_SESSION['b'] = 2;
                same(true, session_regenerate_id($delete), $case);
                $_SESSION['c'] = 3;
                return session_id();
            });
            check($new !== 'old' && strlen($new) >= 22, "$case: the new id", $new);
            same('a|i:1;b|i:2;c|i:3;', $table->row($new)['data'] ?? null, "$case: the new row");
            same($delete ? null : 'a|i:1;b|i:2;', $table->row('old')['data'] ?? null, "$case: the old row");
        }
    }
    same(4, $table->count(), "$lock: rows");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
