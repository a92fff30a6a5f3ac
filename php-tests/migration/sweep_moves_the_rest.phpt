--TEST--
rustsql sweep moves what visitors have not brought: nothing gets a longer life, foreign files stay, it can be killed and run again
--SKIPIF--
<?php require __DIR__ . '/../inc/migration.php'; require __DIR__ . '/../inc/command.php'; if ($missing = OldServer::missing()) echo "skip $missing"; if (!is_file(command_file())) echo 'skip make command builds it'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';
require __DIR__ . '/../inc/command.php';

/** @return array{int, array, string} the status, the counts, and all output */
function sweep(Session $session, string ...$arguments): array
{
    $said = command(['sweep', '--json', '--php', php_with($session->ini), ...$arguments]);
    return [$said['exit'], json_decode($said['out'], true) ?? [], $said['out'] . $said['err']];
}
/** All, moved, already there, expired, refused. */
$counts = fn (array $said) => array_map(fn ($name) => $said[$name] ?? null, ['total', 'moved', 'already', 'expired', 'refused']);

foreach ([0, 2] as $depth) {
    $old = new OldFiles;
    $first = new Session('advisory', $old->ini($depth));
    $new = fn () => new Session('advisory', $old->ini($depth), of: $first);
    $life = fn (Session $session) => $session->row()['expires'] - time();
    [$fresh, $aged, $expired, $empty, $stored, $odd] = [$new(), $new(), $new(), $new(), $new(), $new()];
    $old->put($fresh->id, 'n|i:1;', depth: $depth);
    $old->put($aged->id, "\0not decoded\xff", age: 1000, depth: $depth);
    $old->put($expired->id, 'n|i:3;', age: 1500, depth: $depth);
    $old->put($empty->id, '', depth: $depth);
    $stored->run('session_start(); $_SESSION["n"] = 4;', ['rustsql.migrate_from' => '']);
    $old->put($stored->id, 'n|i:100;', age: 500, depth: $depth);
    symlink('/etc/passwd', $old->path($odd->id, $depth));
    $foreign = ["$old->folder/readme.txt", "$old->folder/sess_with.dot", "$old->folder/sess_"];
    array_map(fn ($file) => file_put_contents($file, 'x'), $foreign);

    [$exit, $said, $all] = sweep($first);
    same([6, 2, 1, 2, 1], $counts($said), "depth $depth: counts in $all");
    same(1, $exit, "depth $depth: the status when one was refused");
    has('cannot be read from the old save handler', key($said['reasons'] ?? []) ?? '', "depth $depth: the reason");
    check(!str_contains($all, 'session-'), "depth $depth: no id", $all);
    same(['n|i:1;', null], [$fresh->stored(), $old->get($fresh->id, $depth)], "depth $depth: moved");
    same(["\0not decoded\xff", null], [$aged->stored(), $old->get($aged->id, $depth)], "depth $depth: moved without being decoded");
    same([null, null, 'n|i:4;'], [$expired->row(), $empty->row(), $stored->stored()], "depth $depth: what does not move");
    foreach ([[$fresh, 1440], [$aged, 440]] as [$session, $seconds]) {
        check($life($session) > $seconds - 60 && $life($session) < $seconds * 1.2 + 1, "depth $depth: $seconds seconds to live", $life($session));
    }
    clearstatcache();
    check(abs(time() - 500 - filemtime($old->path($stored->id, $depth))) < 60, "depth $depth: the age of what stays");
    same(3, count(array_filter($foreign, is_file(...))), "depth $depth: foreign files");

    unlink($old->path($odd->id, $depth));
    [$exit, $said, $all] = sweep($first);
    same([0, 0], [$exit, $said['moved'] ?? $all], "depth $depth: again");
}

foreach (['redis', 'redis-locking'] as $kind) {
    $old = new OldServer($kind);
    $first = new Session('advisory', $old->ini());
    $all = array_map(fn () => new Session('advisory', $old->ini(), of: $first), range(1, 3));
    foreach ($all as $n => $session) {
        $old->store($session, $n);
    }
    $old->command("EXPIRE PHPREDIS_SESSION:{$all[2]->id} 400");
    $old->command('SET other value');
    [$exit, $said, $text] = sweep($first);
    same([3, 3, 0, 0, 0], $counts($said), "$kind: counts in $text");
    foreach ($all as $n => $session) {
        same(["n|i:$n;", null], [$session->stored(), $old->read($session)], "$kind: moved");
    }
    $life = $all[2]->row()['expires'] - time();
    check($life > 340 && $life < 481, "$kind: seconds to live", $life);
    has('value', $old->command('GET other'), "$kind: other keys");
}
$old = new OldServer('memcached');
[$exit, , $text] = sweep(new Session('advisory', $old->ini()));
same(1, $exit, 'memcached');
has('cannot be listed', $text, 'memcached');
[$exit, , $text] = sweep(new Session('advisory'));
same(1, $exit, 'no setting');
has('rustsql.migrate_from is not set', $text, 'no setting');
[$exit, , $text] = sweep(new Session('advisory'), '-d', 'rustsql.migrate_from=files', '-d', 'rustsql.migrate_path=/nonexistent');
has('/nonexistent cannot be read', $text, 'no folder');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
