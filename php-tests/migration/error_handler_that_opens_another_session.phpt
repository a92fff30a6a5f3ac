--TEST--
An error handler that opens another session while one is taken over: nothing reads the id that PHP has freed
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

// What is written over the freed id is no valid id, so that whoever reads it says so.
const REQUEST = <<<'PHP'
    $said = $kept = [];
    set_error_handler(function ($level, $message) use (&$said, &$kept) {
        $said[] = $message;
        if (count($said) === 1) {
            session_abort();
            session_id(str_repeat('b', 32));
            session_start();
            for ($count = 0; $count < 1000; $count++) {
                $kept[] = str_repeat(chr(33 + $count % 3), 32);
            }
        }
    });
    session_id(strrev(str_repeat('a', 32)));
    $started = session_start();
    restore_error_handler();
    session_abort();
    echo json_encode($said);
    PHP;

foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $strict) {
        $old = new OldFiles;
        $session = new Session($lock, $old->ini() + ['rustsql.lock_timeout' => '0', 'session.use_strict_mode' => $strict]);
        foreach (['a', 'b'] as $id) {
            php_run('session_id("' . str_repeat($id, 32) . '"); session_start(); $_SESSION["n"] = 1;', ['session.use_strict_mode' => '0'] + $session->ini);
        }
        $holder = $session->hold('', ['session.use_strict_mode' => '0'], str_repeat('a', 32));
        $said = json_decode($session->run(REQUEST, ['rustsql.lock_failure' => 'readonly']), true);
        $session->finish($holder);
        has('the session is opened read-only', $said[0] ?? 'nothing', "$lock, strict $strict: the notice");
        $invalid = preg_grep('/characters or a length/', $said ?? []);
        same([], array_values($invalid), "$lock, strict $strict: no other id");
    }
}
echo "done\n";
?>
--EXPECT--
done
