--TEST--
session_create_id() makes ids and stores nothing, and an open session keeps its lock
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    $table->open();
    $plain = session_create_id();
    $prefixed = session_create_id('user-7-');
    check(strlen($plain) >= 22, "$lock: an id", $plain);
    check(str_starts_with($prefixed, 'user-7-') && strlen($prefixed) >= 29, "$lock: an id with prefix", $prefixed);
    same([], warnings(), "$lock: warnings");
    same(false, session_create_id('a b'), "$lock: a bad prefix");
    same(1, count(warnings()), "$lock: warnings about a bad prefix");
    same(0, $table->count(), "$lock: rows");

    foreach (['0', '1'] as $strict) {
        ini_set('session.use_strict_mode', $strict);
        $table->open();
        session_id('');
        session_start();
        $id = session_id();
        $_SESSION['a'] = 1;
        $others = [session_create_id(), session_create_id('x-')];
        same(3, count(array_unique([$id, ...$others])), "$lock, strict mode $strict: different ids");
        same($id, session_id(), "$lock, strict mode $strict: the session stays");
        $other = php_run('session_id($argv[1]); echo json_encode(@session_start());', $table->ini(['rustsql.lock_timeout' => '0']), [$id]);
        same('false', $other['out'], "$lock, strict mode $strict: another request meanwhile");
        session_write_close();
        same('a|i:1;', $table->row($id)['data'], "$lock, strict mode $strict: stored");
        same((int) $strict + 1, $table->count(), "$lock, strict mode $strict: rows");
    }
    same([], warnings(), "$lock: warnings");
    ini_set('session.use_strict_mode', '0');
}
echo "done\n";
--EXPECT--
done
