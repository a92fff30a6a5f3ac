--TEST--
rustsql.migrate_from with files, php-redis (with and without locking) and php-memcached: what happens when, from the first use to the logout
--SKIPIF--
<?php require __DIR__ . '/../inc/migration.php'; if ($missing = OldServer::missing()) echo "skip $missing"; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

const COUNT_UP = 'session_start(); echo ++$_SESSION["n"];';

foreach (['files', 'redis', 'redis-locking', 'memcached'] as $kind) {
    foreach (LOCKS as $lock) {
        $what = "$kind, $lock";
        $old = $kind === 'files' ? new OldFiles : new OldServer($kind);
        $handler = $old->ini()['rustsql.migrate_from'];
        $first = new Session($lock, $old->ini());
        $new = fn (array $ini = []) => new Session($lock, $ini + $old->ini(), of: $first);
        $both = fn (Session $session) => [$session->stored(), $old->read($session)];

        foreach (['0', '1'] as $strict) {
            $session = $new(['session.use_strict_mode' => $strict]);
            $old->store($session, 1);
            same('2', trim($session->run(COUNT_UP)), "$what: first use, strict $strict");
            same(['n|i:2;', null], $both($session), "$what: it has moved, strict $strict");
            same('3', trim($session->run(COUNT_UP)), "$what: second use, strict $strict");
        }
        $session = $new();
        $old->store($session, 7);
        same('7', trim($session->run('session_start(); echo $_SESSION["n"];')), "$what: unchanged");
        same(['n|i:7;', null], $both($session), "$what: it has moved unchanged");

        // A row counts, even an expired one. So does an id that the request has made.
        $old->store($session, 100);
        same('8', trim($session->run(COUNT_UP)), "$what: the row counts");
        $session->server->query("UPDATE app.$session->table SET expires = 1 WHERE id = x'" . session_key($session->id) . "'");
        same('new', trim($session->run('session_start(); echo $_SESSION["n"] ?? "new";')), "$what: an expired row counts");
        same(100, $old->read($session), "$what: the old copy was left alone");
        if ($kind !== 'files') { // whose looks another test counts
            $looks = fn (string $code, array $ini = []) => [$before = $old->looks(), $session->run($code, $ini), $old->looks() - $before][2];
            foreach (['0', '1'] as $strict) {
                same(0, $looks('session_start();', ['session.use_strict_mode' => $strict]), "$what: looks for a row, strict $strict");
                // With its lock, php-redis reads a second key.
                same($kind === 'redis-locking' ? 2 : 1, $looks('session_id("unknown"); session_start(); session_abort();', ['session.use_strict_mode' => $strict]), "$what: looks for an unknown id, strict $strict");
            }
            same(0, $looks('session_id(""); session_start();'), "$what: looks for an id that is made");
        }

        $shared = $new();
        $old->store($shared, 0);
        $all = array_map(fn () => $shared->start('session_start(); $_SESSION["n"]++;'), range(1, 20));
        same('', implode(array_map(fn ($one) => $shared->finish($one), $all)), "$what: 20 at once");
        same(['n|i:20;', null], $both($shared), "$what: after 20");

        // Shown, not moved.
        $session = $new();
        $old->store($session, 8);
        same('8', trim($session->run('session_start(["read_and_close" => true]); echo $_SESSION["n"];')), "$what: read_and_close");
        same('8', trim($session->run('session_start(); echo $_SESSION["n"]++; session_abort();')), "$what: abort");
        one_warning('could not decode', $session->run('session_start();', ['session.serialize_handler' => 'php_serialize']), "$what: another serializer");
        same([null, 8], $both($session), "$what: not moved");
        same('', $session->run('session_start(); session_destroy();'), "$what: destroy");
        same([null, null], $both($session), "$what: destroyed");

        // The data goes on under the new id. An empty row keeps the old id from coming back.
        $session = $new();
        $old->store($session, 1);
        $id = trim($session->run('session_start(); session_regenerate_id(true); $_SESSION["n"]++; echo session_id();'));
        same(['', null], $both($session), "$what: the id before");
        same('3', trim($session->finish($session->start(COUNT_UP, id: $id))), "$what: the id after");
        same('1', trim($session->run('session_start(); $_SESSION["n"] ??= 0; echo ++$_SESSION["n"];')), "$what: the id before is empty");
        $session = $new();
        $old->store($session, 1);
        $id = trim($session->run('session_start(); $_SESSION["n"]++; session_regenerate_id(); echo session_id();'));
        same(['n|i:2;', null], $both($session), "$what: the id before, which stays");
        same('3', trim($session->finish($session->start(COUNT_UP, id: $id))), "$what: the id after");

        $kept = $new(['rustsql.migrate_keep' => '1']);
        $old->store($kept, 1);
        same('', $kept->run('session_start(); $_SESSION["n"]++;'), "$what: keep");
        same(['n|i:2;', 2], $both($kept), "$what: kept");
        same('', $kept->run('session_start(); session_destroy();'), "$what: destroy both");
        same([null, null], $both($kept), "$what: both destroyed");

        // Killed between the write and the end of the old copy.
        $session = $new();
        $old->store($session, 1);
        $holder = $session->hold('$_SESSION["n"]++;');
        $held = $kind === 'files' ? $old->hold($session->id) : posix_kill($old->daemon->pid, SIGSTOP);
        $holder->write("go on\n");
        Server::waitFor(fn () => $session->stored() === 'n|i:2;');
        $holder->signal(SIGKILL);
        $holder->wait();
        $kind === 'files' ? fclose($held) : posix_kill($old->daemon->pid, SIGCONT);
        same('3', trim($session->run(COUNT_UP)), "$what: after the kill the row counts");
        if (in_array($kind, ['files', 'redis'])) { // the others have left their own locks
            same('', $session->run('session_start(); session_destroy();'), "$what: a logout after the kill");
            same([null, null], $both($session), "$what: both are gone");
        }

        // The old store goes down.
        [$late, $moved, $held] = [$new(), $new(), $new()];
        array_map(fn ($session) => $old->store($session, 1), [$late, $moved, $held]);
        $moved->run('session_start();');
        $holder = $held->hold('$_SESSION["n"]++;');

        $kind === 'files' ? rename($old->folder, "$old->folder-away") : $old->daemon->stop();
        $holder->write("go on\n");
        one_warning(["'$handler'", 'has moved', 'could not be removed'], $held->finish($holder), "$what: down before the old copy has gone");
        same('n|i:2;', $held->stored(), "$what: the write counts");
        // An error handler may end the session. It is called for our warning and for PHP's, not for those of the old handler.
        $ends = 'set_error_handler(function ($level, $text) { echo "heard: $text\n"; session_write_close(); return true; });';
        $said = $late->run("$ends var_dump(session_start());");
        same(0, preg_match('~heard: (?!rustsql: |session_start)~', $said), "$what: error handler, $said");
        foreach (['0', '1'] as $strict) {
            $said = $late->run('var_dump(session_start());', ['session.use_strict_mode' => $strict]);
            has('bool(false)', $said, "$what: down");
            one_warning(["'$handler'", 'nothing was written'], $said, "$what: down");
            check(!str_contains($said, $late->id), "$what: no id", $said);
            same(null, $late->row(), "$what: nothing written");
        }
        same("bool(true)\n", $late->finish(php_start('var_dump(session_start());', $late->ini)), "$what: no cookie");
        same('1', trim($moved->run('session_start(); echo $_SESSION["n"];')), "$what: a row is not affected");
        $said = $moved->run('session_start(); session_destroy();');
        one_warning('empty session', $said, "$what: destroy while down");
        same('', $moved->stored(), "$what: an empty session in its way");
        if ($kind === 'files') {
            rename("$old->folder-away", $old->folder);
        }
    }
}

// What an old handler says may have its path in it, and that has its password.
foreach (['tcp://127.0.0.1:1?auth=xyzzy', 'tcp://127.0.0.1:99999999?auth[]=app&auth[]=xyzzy', 'tcp:///?auth=xyzzy, tcp://:x?auth=xyzzy'] as $path) {
    $session = new Session('advisory', ['rustsql.migrate_path' => $path] + (new OldServer('redis'))->ini() + $first->ini);
    $said = $session->run('var_dump(session_start());');
    one_warning("'redis'", $said, $path);
    check(!str_contains($said, 'xyzzy'), "$path: no password", $said);
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
