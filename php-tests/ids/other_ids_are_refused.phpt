--TEST--
An id with other characters or another length is refused, by us or by PHP, and no row is touched
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$ids = [
    '257 characters' => str_repeat('x', 257), '100,000 characters' => str_repeat('x', 100000),
    'NUL behind a known id' => "abc\0def", 'NUL at the end' => "abc\0", 'NUL alone' => "\0",
    'quote' => "abc'", 'SQL' => "x' OR '1'='1", 'double quote' => 'abc"', 'backslash' => 'abc\\', 'slash' => '../abc',
    'space' => 'abc ', 'newline' => "abc\n", 'high byte' => "abc\xff", 'UTF-8' => "abc\u{e9}", 'percent' => 'ab%', 'underscore' => 'ab_',
];
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->request('x', fn () => $_SESSION['x'] = 1);
    $before = [$table->frozen('abc'), $table->frozen('x')];
    foreach ($ids as $what => $id) {
        foreach (['0', '1'] as $strict) {
            $case = "$lock, strict mode $strict, $what";
            ini_set('session.use_strict_mode', $strict);
            $table->open();
            session_id($id);
            if (session_start()) {
                // PHP itself put an id of its own in its place.
                check(preg_match('~^[A-Za-z0-9,-]{22,}$~D', session_id()) === 1, "$case: the id", session_id());
                same([], $_SESSION, "$case: the data");
                session_destroy();
                same([], warnings(), "$case: warnings");
            } else {
                one_warning(['session id', '1 to 256'], warnings(), $case);
            }
            same(2, $table->count(), "$case: rows");
        }
    }
    ini_set('session.use_strict_mode', '0');
    same($before, [$table->frozen('abc'), $table->frozen('x')], "$lock: other rows");
    same(['a' => 1], $table->request('abc'), "$lock: afterwards");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
