--TEST--
A session that was really emptied is stored empty
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$ways = [
    'array' => fn () => $_SESSION = [],
    'unset' => function () { unset($_SESSION['a'], $_SESSION['b']); },
    'session-unset' => fn () => session_unset(),
    // The php handler stores no keys that are numbers: PHP says so and encodes the rest, here nothing.
    'numbers' => fn () => $_SESSION = [5 => 'x', 6 => 'a|b'],
    'value' => fn () => $_SESSION = [7 => ['a|b' => 'a|b']],
];
foreach (each_lock() as $lock => $table) {
    foreach ($ways as $way => $body) {
        $table->request($way, fn () => $_SESSION = ['a' => 1, 'b' => 2]);
        $table->request($way, $body);
        same([], ours(), "$lock, $way: warnings");
        same('', $table->row($way)['data'] ?? null, "$lock, $way: stored");
        same([], $table->request($way), "$lock, $way: read");
    }
    // A number next to a name: the name is stored.
    $table->request('both', fn () => $_SESSION = [5 => 'x', 'a' => 1]);
    same('a|i:1;', $table->row('both')['data'], "$lock: a number and a name");
    same([], ours(), "$lock: warnings");
}
echo "done\n";
--EXPECT--
done
