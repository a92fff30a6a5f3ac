--TEST--
A key with | in $_SESSION, which PHP cannot encode, does not empty the stored session
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $before = $table->frozen('abc');
    foreach (['a|b', '|', "x\0|", 'ends|', "\xff|"] as $key) {
        $table->request('abc', fn () => $_SESSION += ["\xe9" => 1, $key => 1]);
        one_encoding_warning(warnings(), "$lock, '$key'");
        same($before, $table->frozen('abc'), "$lock, '$key'");
    }
    same(['a' => 1], $table->request('abc', fn () => [$_SESSION, $_SESSION['a'] = 2][0]), "$lock: the next request");
    same('a|i:2;', $table->row('abc')['data'], "$lock: its write");

    $table->request('new', fn () => $_SESSION = ['a' => 1, 'a|b' => 2]);
    one_encoding_warning(warnings(), "$lock: a new session");
    same('', $table->row('new')['data'] ?? '', "$lock: the row of a new session");

    // The handlers that can store such a key do.
    foreach (['php-binary', 'php-serialize'] as $handler) {
        ini_set('session.serialize_handler', strtr($handler, '-', '_'));
        $table->request($handler, fn () => $_SESSION['a|b'] = 1);
        same(['a|b' => 1], $table->request($handler), "$lock, $handler");
    }
    ini_set('session.serialize_handler', 'php');
    same([], warnings(), "$lock: warnings");
}
echo "done\n";
--EXPECT--
done
