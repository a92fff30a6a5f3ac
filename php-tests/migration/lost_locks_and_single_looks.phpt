--TEST--
A lock that is lost before the take-over is recovered or refused; an unknown id costs one look at the old store, an existing row none
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';
require __DIR__ . '/../inc/proxy.php';

$proxy = new Proxy(Server::shared());
foreach (LOCKS as $lock) {
    $old = new OldFiles;
    $first = new Session($lock, $old->ini());
    $new = fn (array $ini = []) => new Session($lock, $ini + $old->ini(), of: $first);

    // The connection is killed. Nobody else has used the session: written.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $session->loseConnection();
    $holder->write("go on\n");
    same('', $session->finish($holder), "$lock: lost");
    same(['n|i:2;', null], [$session->stored(), $old->get($session->id)], "$lock: lost, recovered");

    // Another request has taken it over: refused.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('$_SESSION["n"] = 100;');
    $session->loseConnection();
    same('', $session->run('session_start(); $_SESSION["n"]++;'), "$lock: the other request");
    $holder->write("go on\n");
    one_warning('newer data', $session->finish($holder), "$lock: late");
    same(['n|i:2;', null], [$session->stored(), $old->get($session->id)], "$lock: the newer data stays");

    // Another request has taken it over and logged out: it stays so.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('$_SESSION["n"] = 100;');
    $session->loseConnection();
    same('', $session->run('session_start(); session_destroy();'), "$lock: the logout");
    $holder->write("go on\n");
    one_warning('it has changed in the old save handler', $session->finish($holder), "$lock: after the logout");
    same([null, null], [$session->row(), $old->get($session->id)], "$lock: logged out");
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('session_regenerate_id(true);');
    $session->loseConnection();
    $session->run('session_start(); session_destroy();');
    $rows = fn () => $session->server->query("SELECT COUNT(*) AS n FROM app.$session->table WHERE data <> ''")[0]['n'];
    $before = $rows();
    $holder->write("go on\n");
    has('another request has destroyed it', $session->finish($holder), "$lock: regenerate after the logout");
    same($before, $rows(), "$lock: no new session of it");

    // The old store cannot be used at the second look: one warning.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('$_SESSION["n"]++;');
    $session->loseConnection();
    rename($old->folder, "$old->folder-away");
    $holder->write("go on\n");
    one_warning(["'files'", 'nothing was written'], $session->finish($holder), "$lock: down at the second look");
    rename("$old->folder-away", $old->folder);
    same([null, 'n|i:1;'], [$session->stored(), $old->get($session->id)], "$lock: both stay");

    // The database refuses the account when the session ends.
    foreach (['session_regenerate_id(true)' => false, 'session_destroy()' => false, 'session_destroy() ' => true] as $call => $has_row) {
        $session = $new();
        $has_row && $session->run('session_start(); $_SESSION["n"] = 1;');
        $old->put($session->id, 'n|i:1;');
        $holder = $session->hold("var_dump($call);");
        $session->server->query("ALTER USER '$session->user'@'%' ACCOUNT LOCK");
        $session->loseConnection();
        $holder->write("go on\n");
        $said = $session->finish($holder);
        has('bool(false)', $said, "$lock: $call, refused");
        one_warning(str_contains($call, 'destroy') ? 'destroyed in the old save handler, but not in the database' : 'refuses the login', $said, "$lock: $call, refused");
        $session->server->query("ALTER USER '$session->user'@'%' ACCOUNT UNLOCK");
        // Data that a new id was to have is not lost; after a logout there is no copy.
        $left = trim($session->run('session_start(); echo $_SESSION["n"] ?? "new";'));
        same(match ($call) { 'session_destroy()' => 'new', default => '1' }, $left, "$lock: $call, what is left");
    }

    // Killed between the write and the end of the old copy.
    $session = $new();
    $old->put($session->id, 'n|i:1;');
    $holder = $session->hold('$_SESSION["n"]++; flock($held = fopen(' . var_export($old->path($session->id), true) . ', "r"), LOCK_EX);');
    $holder->write("go on\n");
    Server::waitFor(fn () => $session->stored() === 'n|i:2;');
    $holder->signal(9);
    $holder->wait();
    same('3', trim($session->run('session_start(); echo ++$_SESSION["n"];')), "$lock: the row counts");
    same('', $session->run('session_start(); session_destroy();'), "$lock: and its end is the copy's");
    same([null, null], [$session->row(), $old->get($session->id)], "$lock: both are gone");

    // Looks.
    foreach (['0', '1'] as $strict) {
        $session = $new(['session.use_strict_mode' => $strict]);
        same(1, looks($session, $old), "$lock, strict $strict: an unknown id");
        same('', $session->run('session_start(); $_SESSION["n"] = 1;', ['session.use_strict_mode' => '0']), "$lock: a row");
        same(0, looks($session, $old), "$lock, strict $strict: a row");
        // Its packets are those without a migration.
        $packets = [];
        foreach ([$old->ini(), []] as $ini) {
            $proxied = ['rustsql.dsn' => $proxy->dsn('', ['user' => $session->user]), 'rustsql.migrate_from' => ''];
            foreach (['session_start();', 'session_start(); $_SESSION["n"]++;', 'session_start(["read_and_close" => true]);'] as $code) {
                $session->run($code, $ini + $proxied + ['rustsql.migrate_path' => '']);
                $packets[$code][] = $proxy->nextConnection();
                $session->awaitNoConnection();
            }
        }
        foreach ($packets as $code => [$with, $without]) {
            same($without, $with, "$lock, strict $strict: packets of $code");
        }
    }
}
same([], warnings(), 'warnings');
echo "done\n";

/** How often a request opens the session's file, or looks at its folder. */
function looks(Session $session, OldFiles $old): int
{
    $trace = tempnam(sys_get_temp_dir(), 'trace');
    $command = [...php_command($session->ini), '-r', "session_id('$session->id'); session_start();"];
    (new PhpProcess(['strace', '-f', '-e', 'trace=open,openat', '-o', $trace, ...$command]))->wait();
    $count = preg_match_all("~^.*$old->folder/sess_~m", file_get_contents($trace));
    unlink($trace);
    return $count;
}
--EXPECT--
done
