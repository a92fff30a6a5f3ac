--TEST--
PHP-FPM's workers take over no file that another user owns, whose sessions PHP does not use either
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
if (posix_geteuid() !== 0) {
    echo 'skip only root can start workers of another user';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/migration.php';

$old = new OldFiles;
chmod($old->folder, 0777);
$pool = ['user' => 'nobody', 'group' => 'nogroup', 'listen.owner' => 'root', 'listen.mode' => '0666'];
// The user, the mode, and why it cannot be used.
$cases = ['unreadable' => ['daemon', 0600, 'Permission denied'], 'readable' => ['daemon', 0644, 'another user'], 'its own' => ['nobody', 0600, null]];
foreach ($cases as $case => [$owner, $mode, $problem]) {
    $session = new Session('advisory', $old->ini());
    $old->store($session, 1);
    chown($old->path($session->id), $owner);
    chmod($old->path($session->id), $mode);
    $host = new Fpm($session, pool: $pool);
    $said = $host->run('var_dump(session_start()); echo $_SESSION["n"] ?? "none";');
    if ($problem) {
        has(["bool(false)\n", 'none'], $said, $case);
        one_warning(['nothing was written', $problem], $said, $case);
        same([null, 1], [$session->row(), $old->read($session)], "$case: it stays");
    } else {
        same("bool(true)\n1\n", $said, $case);
        same(['n|i:1;', null], [$session->stored(), $old->read($session)], "$case: it has moved");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
