--TEST--
Stored data that PHP cannot decode is not thrown away
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $stored = [
        'php as php_serialize' => ['php_serialize', 'a|i:1;b|s:1:"x";'],
        'php as php_binary' => ['php_binary', 'session_with_a_long_name|i:1;'],
        'cut' => ['php', 'a|s:10:"abc'],
        'garbage' => ['php', "a|\0\xff;;;b|b|"],
        'php_serialize cut' => ['php_serialize', 'a:2:{s:1:"a";i:1;'],
    ];
    foreach ($stored as $what => [$handler, $data]) {
        foreach (['0', '1'] as $strict) {
            $case = "$lock, strict mode $strict, $what";
            ini_set('session.serialize_handler', $handler);
            ini_set('session.use_strict_mode', $strict);
            $table->server->query("REPLACE INTO app.`$table->name` (id, version, expires, created, used, format, data) VALUES
                (x'" . session_key('abc') . "', 1 << 40, UNIX_TIMESTAMP() + 10000, 5, 5, 0, x'" . bin2hex($data) . "')");
            $before = $table->frozen('abc');
            same(null, $table->request('abc', fn () => $_SESSION['a'] = 'new'), "$case: session_start()");
            $messages = warnings();
            one_warning(['could not decode', 'serialize_handler', 'stored data stays'], $messages, $case);
            check(count(preg_grep('~Failed to decode session object~', $messages)) === 1, "$case: PHP's own word", $messages);
            same($before, $table->frozen('abc'), "$case: the row");
        }
    }
    ini_set('session.serialize_handler', 'php');
    ini_set('session.use_strict_mode', '0');
    // The right handler reads it again.
    $table->update('abc', "data = 'a|i:1;'");
    same(['a' => 1], $table->request('abc'), "$lock: afterwards");
    same([], warnings(), "$lock: warnings");
}
echo "done\n";
--EXPECT--
done
