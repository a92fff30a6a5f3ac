--TEST--
A request that changes nothing leaves the row as it is, whoever says so
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$handlers = [
    'native' => fn () => session_module_name('rustsql'),
    'wrapped' => fn () => session_set_save_handler(new SessionHandler, true),
];
foreach (each_lock() as $lock => $table) {
    foreach ($handlers as $handler => $set) {
        foreach (['1', '0'] as $lazy) {
            $case = "$lock, $handler, lazy_write $lazy";
            $set();
            ini_set('session.lazy_write', $lazy);
            $table->request('abc', fn () => $_SESSION = ['a' => 1, 'b' => [1, 2]]);
            $table->update('abc', 'used = used - 50, created = created - 50');
            $before = $table->frozen('abc');
            $bodies = [
                'nothing' => fn () => null,
                'the same value' => fn () => $_SESSION['a'] = 1,
                'there and back' => function () { $_SESSION['c'] = 1; unset($_SESSION['c']); },
            ];
            foreach ($bodies as $what => $body) {
                $table->request('abc', $body);
                same($before, $table->frozen('abc'), "$case, $what");
            }
            $table->request('abc', fn () => $_SESSION['a'] = '1');
            same(($before['version'] >> MARK_BITS) + 1, $table->row('abc')['version'] >> MARK_BITS, "$case: the counter after a change");
            check($table->row('abc')['used'] > $before['used'], "$case: used after a change");
            same($before['created'], $table->row('abc')['created'], "$case: created after a change");
            $table->request('abc', fn () => session_destroy());
        }
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
