--TEST--
rustsql.migrate_from=files: a session without a row is taken over at its first use, by one request of many; existing rows cost nothing
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

foreach (LOCKS as $lock) {
    $old = new OldFiles;
    $session = new Session($lock, $old->ini());
    $id = $session->id;
    $run = fn (string $code, array $ini = []) => $session->run($code, $ini);

    // Taken over with a change, and without one.
    $old->put($id, 'n|i:1;');
    same('2', trim($run('session_start(); echo ++$_SESSION["n"];')), "$lock: first use");
    same('n|i:2;', $session->stored(), "$lock: stored");
    same(null, $old->get($id), "$lock: the old copy");
    same('3', trim($run('session_start(); echo ++$_SESSION["n"];')), "$lock: second use");

    $unchanged = new Session($lock, $old->ini(), of: $session);
    $old->put($unchanged->id, 'n|i:7;');
    same('7', trim($unchanged->run('session_start(); echo $_SESSION["n"];')), "$lock: unchanged");
    same(['n|i:7;', null], [$unchanged->stored(), $old->get($unchanged->id)], "$lock: unchanged, taken over");

    // A row that exists is never looked for, even if it has expired.
    $old->put($id, 'n|i:100;');
    same('4', trim($run('session_start(); echo ++$_SESSION["n"];')), "$lock: the row counts");
    $session->server->query("UPDATE app.$session->table SET expires = 1");
    same('new', trim($run('session_start(); echo $_SESSION["n"] ?? "new";')), "$lock: an expired row counts");
    same('n|i:100;', $old->get($id), "$lock: the old copy was not looked at");

    // 20 first requests at once.
    $shared = new Session($lock, $old->ini(), of: $session);
    $old->put($shared->id, 'n|i:0;');
    $all = array_map(fn () => $shared->start('session_start(); $_SESSION["n"]++;'), range(1, 20));
    same('', implode(array_map(fn ($one) => $shared->finish($one), $all)), "$lock: 20 at once");
    same(['n|i:20;', null], [$shared->stored(), $old->get($shared->id)], "$lock: after 20");

    // Strict mode keeps the visitor's id, and gives an unknown one another.
    $strict = new Session($lock, $old->ini() + ['session.use_strict_mode' => '1'], of: $session);
    $old->put($strict->id, 'n|i:5;');
    same("6 $strict->id", trim($strict->run('session_start(); echo ++$_SESSION["n"], " ", session_id();')), "$lock: strict");
    same(['n|i:6;', null], [$strict->stored(), $old->get($strict->id)], "$lock: strict, taken over");
    $unknown = new Session($lock, $old->ini() + ['session.use_strict_mode' => '1'], of: $session);
    same('other', trim($unknown->run("session_start(); echo session_id() === '$unknown->id' ? 'same' : 'other';")), "$lock: strict, unknown");

    // Shown, not moved.
    $reader = new Session($lock, $old->ini(), of: $session);
    $old->put($reader->id, 'n|i:8;');
    same('8', trim($reader->run('session_start(["read_and_close" => true]); echo $_SESSION["n"];')), "$lock: read_and_close");
    same('8', trim($reader->run('session_start(); echo $_SESSION["n"]++; session_abort();')), "$lock: abort");
    same('8', trim($reader->run('session_start(); echo $_SESSION["n"];', ['rustsql.read_only' => '1'])), "$lock: read_only");
    same([null, 'n|i:8;'], [$reader->row(), $old->get($reader->id)], "$lock: not moved");

    // Emptied, where empty sessions are not stored.
    same('', $reader->run('session_start(); $_SESSION = [];', ['rustsql.store_empty' => '0']), "$lock: emptied");
    same(['', null], [$reader->stored(), $old->get($reader->id)], "$lock: emptied, taken over");

    // Too old, empty, of another depth.
    $late = new Session($lock, $old->ini(), of: $session);
    $old->put($late->id, 'n|i:9;', age: 1500);
    same('new', trim($late->run('session_start(); echo $_SESSION["n"] ?? "new";')), "$lock: too old");
    $deep = new Session($lock, $old->ini(depth: 2), of: $session);
    $old->put($deep->id, 'n|i:11;', depth: 2);
    same('11', trim($deep->run('session_start(); echo $_SESSION["n"];')), "$lock: depth");
    same(null, $old->get($deep->id, depth: 2), "$lock: depth, taken over");
    // Without a path of its own, that of PHP.
    $here = new Session($lock, ['rustsql.migrate_path' => '', 'session.save_path' => "1;600;$old->folder"] + $old->ini(), of: $session);
    $old->put($here->id, 'n|i:12;', depth: 1);
    same('12', trim($here->run('session_start(); echo $_SESSION["n"];')), "$lock: session.save_path");
    $default = new Session($lock, ['rustsql.migrate_path' => '', 'session.save_path' => '', 'sys_temp_dir' => $old->folder] + $old->ini(), of: $session);
    $old->put($default->id, 'n|i:13;');
    same('13', trim($default->run('session_start(); echo $_SESSION["n"];')), "$lock: PHP's default folder");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
