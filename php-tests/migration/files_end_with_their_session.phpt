--TEST--
rustsql.migrate_from=files: what ends a session ends its old copy first; rustsql.migrate_keep writes it, too
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

foreach (LOCKS as $lock) {
    $old = new OldFiles;
    $first = new Session($lock, $old->ini());
    $new = fn (array $ini = []) => new Session($lock, $ini + $old->ini(), of: $first);

    // Before it was taken over, and after: a crash has left the copy.
    foreach (['', 'session_write_close(); file_put_contents($copy, "n|i:1;"); session_start();'] as $before) {
        $session = $new();
        $old->put($session->id, 'n|i:1;');
        same('', $session->run('$copy = ' . var_export($old->path($session->id), true) . "; session_start(); $before session_destroy();"), "$lock: destroy");
        same([null, null], [$session->row(), $old->get($session->id)], "$lock: destroyed");
        same('new', trim($session->run('session_start(); echo $_SESSION["n"] ?? "new";')), "$lock: logged out");
    }
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    same('1', trim($session->run('session_start(); session_regenerate_id(true); echo $_SESSION["n"];')), "$lock: regenerate");
    same(["", null], [$session->stored(), $old->get($session->id)], "$lock: the id before");

    // The copy cannot be destroyed: it does not come back to life.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $session->run('session_start();');
    $old->put($session->id, 'n|i:1;');
    $holder = $old->hold($session->id);
    $said = $session->run('session_start(); session_destroy();', ['rustsql.io_timeout' => '1']);
    one_warning(["'files'", 'stays', 'empty session', $old->folder], $said, "$lock: cannot be destroyed");
    check(!str_contains($said, $session->id), "$lock: no id", $said);
    fclose($holder);
    same(['', 'n|i:1;'], [$session->stored(), $old->get($session->id)], "$lock: an empty session in its way");
    same('new', trim($session->run('session_start(); echo $_SESSION["n"] ?? "new";')), "$lock: logged out all the same");

    // The same with session_regenerate_id(true): the data goes on under the new id, unless revoke() has ended the session meanwhile.
    foreach (['' => "stays in the old save handler 'files'", 'RustSql\\revoke("ann");' => 'another request has destroyed it'] as $meanwhile => $warning) {
        if ($meanwhile && $lock === 'row') {
            continue; // revoke() waits for a row lock.
        }
        $session = $new();
        $session->run('session_start(); RustSql\\tag("ann"); $_SESSION["n"] = 1;');
        $old->put($session->id, 'n|i:1;');
        $holder = $old->hold($session->id);
        $request = $session->start('session_start(); pause("open"); session_regenerate_id(true);', ['rustsql.io_timeout' => '1']);
        $request->readLine();
        same('', $session->run($meanwhile), "$lock: $meanwhile");
        has($warning, $session->finish($request), "$lock: $meanwhile then session_regenerate_id(true)");
        fclose($holder);
        $tagged = $session->server->query("SELECT COUNT(*) AS n FROM app.$session->table WHERE tag IS NOT NULL")[0]['n'];
        same($meanwhile ? '0' : '1', $tagged, "$lock: $meanwhile goes on");
        $session->run('RustSql\\revoke("ann");');
    }

    // The copy cannot be removed after a write.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $then = 'flock($held = fopen(' . var_export($old->path($session->id), true) . ', "r"), LOCK_EX); session_write_close();';
    $said = $session->run("session_start(); $then", ['rustsql.io_timeout' => '1']);
    one_warning(["'files'", 'has moved', 'could not be removed'], $said, "$lock: cannot be removed");
    same(['n|i:1;', 'n|i:1;'], [$session->stored(), $old->get($session->id)], "$lock: the row counts");

    // Kept: the old handler can go on at any time.
    $kept = $new(['rustsql.migrate_keep' => '1']);
    $old->put($kept->id, 'n|i:1;');
    same('', $kept->run('session_start(); $_SESSION["n"]++;'), "$lock: keep");
    same(['n|i:2;', 'n|i:2;'], [$kept->stored(), $old->get($kept->id)], "$lock: kept");
    same('3', trim($kept->run('session_start(); echo ++$_SESSION["n"];', ['session.save_handler' => 'files', 'session.save_path' => $old->folder])), "$lock: back to files");
    same('', $kept->run('session_start(); session_destroy();'), "$lock: destroy both");
    same([null, null], [$kept->row(), $old->get($kept->id)], "$lock: both destroyed");
    $fresh = $new(['rustsql.migrate_keep' => '1']);
    same('', $fresh->run('session_start(); $_SESSION["n"] = 1;'), "$lock: a new one is kept");
    same('n|i:1;', $old->get($fresh->id), "$lock: new, kept");

    // The way back, for a session that the old handler has never had: the first request copies it, though it is unchanged.
    $later = $new();
    same('', $later->run('session_start(); $_SESSION["n"] = 1;'), "$lock: here alone");
    same(['n|i:1;', null], [$later->stored(), $old->get($later->id)], "$lock: no copy yet");
    same('', $later->run('session_start();', ['rustsql.migrate_keep' => '1']), "$lock: keep later");
    same('1', trim($later->run('session_start(); echo $_SESSION["n"];', ['session.save_handler' => 'files', 'session.save_path' => $old->folder])), "$lock: the way back");

    // Two requests write one after the other, and the copy of the first comes late: it waits for the file.
    $twice = $new(['rustsql.migrate_keep' => '1']);
    same('', $twice->run('session_start(); $_SESSION["n"] = 1;'), "$lock: kept, first");
    $late = $twice->hold('$_SESSION["n"] = 2;');
    $holder = $old->hold($twice->id);
    $late->write("go on\n");
    Server::waitFor(fn () => $twice->stored() === 'n|i:2;');
    same('', $twice->run('session_start(); $_SESSION["n"] = 3;', ['rustsql.migrate_keep' => '0']), "$lock: kept, newer");
    fclose($holder);
    same('', $twice->finish($late), "$lock: kept, late");
    same(['n|i:3;', 'n|i:3;'], [$twice->stored(), $old->get($twice->id)], "$lock: the copy is the newest");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
