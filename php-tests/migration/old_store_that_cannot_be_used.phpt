--TEST--
An old store that cannot be used is one warning; nothing is written, and visitors without a cookie are not affected
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

foreach (LOCKS as $lock) {
    $old = new OldFiles;
    $first = new Session($lock, $old->ini());
    $start = 'var_dump(session_start());';
    // A link out of the folder that open_basedir allows.
    mkdir($allowed = "$old->folder-allowed");
    symlink($old->folder, "$allowed/link");
    $cases = [
        'folder missing' => [['rustsql.migrate_path' => "$old->folder/none"], "$old->folder/none"],
        'handler not loaded' => [['rustsql.migrate_from' => 'redis'], 'load its extension'],
        'path wrong' => [['rustsql.migrate_path' => "x;$old->folder"], 'number of folders'],
        'open_basedir, symlink' => [['rustsql.migrate_path' => "$allowed/link", 'open_basedir' => $allowed], 'open_basedir'],
        'open_basedir' => [['open_basedir' => '/nonexistent'], 'open_basedir'],
        'locked' => [['rustsql.lock_timeout' => '1'], 'locked'],
    ];
    foreach ($cases as $case => [$ini, $part]) {
        foreach (['0', '1'] as $strict) {
            $session = new Session($lock, $ini + ['session.use_strict_mode' => $strict] + $old->ini(), of: $first);
            $old->put($session->id, 'n|i:1;');
            $holder = $case === 'locked' ? $old->hold($session->id) : null;
            $said = $session->run($start);
            has('bool(false)', $said, "$lock, $case, strict $strict: start");
            one_warning(['cannot be read from the old', 'nothing was written', $part], $said, "$lock, $case, strict $strict");
            check(!str_contains($said, $session->id), "$lock, $case: no id", $said);
            same([null, 'n|i:1;'], [$session->row(), $old->get($session->id)], "$lock, $case: nothing written");
            $holder && fclose($holder);
            // No cookie.
            $made = $session->finish(php_start($start, $ini + $session->ini));
            same("bool(true)\n", $made, "$lock, $case, strict $strict: no cookie");
        }
    }
    // Data of another serializer.
    $session = new Session($lock, $old->ini(), of: $first);
    $old->put($session->id, 'n|i:1;');
    $said = $session->run($start, ['session.serialize_handler' => 'php_serialize']);
    one_warning('could not decode', $said, "$lock: serializer");
    same([null, 'n|i:1;'], [$session->row(), $old->get($session->id)], "$lock: serializer, both stay");
    same('1', trim($session->run('session_start(); echo $_SESSION["n"];')), "$lock: with the right serializer");
    same('1', trim($session->run('session_start(); echo $_SESSION["n"];', ['open_basedir' => "$allowed:$old->folder"])), "$lock: open_basedir allows it");
    exec("rm -r $allowed");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
