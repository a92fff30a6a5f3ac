--TEST--
session_reset() keeps the id of a session that this request has begun, in strict mode too
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['0', '1'] as $strict) {
        ini_set('session.use_strict_mode', $strict);
        $case = "$lock, strict mode $strict";
        $table->open();
        session_id('');
        session_start();
        $id = session_id();
        $_SESSION['n'] = 1;
        same(true, session_reset(), "$case: session_reset()");
        same($id, session_id(), "$case: the id");
        same([], $_SESSION, "$case: the session");
        $_SESSION['n'] = 2;
        session_write_close();
        same('n|i:2;', $table->row($id)['data'] ?? null, "$case: stored");
        same(1, $table->count(), "$case: rows");
        $table->server->query("DELETE FROM app.`$table->name`");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
