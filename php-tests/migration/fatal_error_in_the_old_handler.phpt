--TEST--
A fatal error while the old handler runs loses nothing: both copies stay as they are, the lock is free, and the worker goes on
--SKIPIF--
<?php require __DIR__ . '/../inc/migration.php'; if ($missing = OldServer::missing()) echo "skip $missing"; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/built_in_server.php';
require __DIR__ . '/../inc/migration.php';

foreach (['redis', 'redis-locking'] as $kind) {
    foreach (LOCKS as $lock) {
        foreach (['0', '1'] as $strict) {
            $what = "$kind, $lock, strict $strict";
            $old = new OldServer($kind);
            $session = new Session($lock, ['session.use_strict_mode' => $strict] + $old->ini());
            $old->store($session, '1, "x" => str_repeat("x", 5 << 20)');
            // One process: what the fatal error leaves behind would be seen by the next request.
            $host = new BuiltInServer($session);
            $said = $host->run('ini_set("memory_limit", "8M"); register_shutdown_function(function () { echo "ends\n"; }); session_start();');
            has(['Allowed memory size', 'ends'], $said, "$what: fatal");
            check(!str_contains($said, $session->id), "$what: no id", $said);
            $session->awaitNoConnection();
            same([null, 1], [$session->row(), $old->read($session)], "$what: both are as before");
            same('2', trim($host->run('session_start(); echo ++$_SESSION["n"]; unset($_SESSION["x"]);')), "$what: the next request");
            same(['n|i:2;', null], [$session->stored(), $old->read($session)], "$what: taken over");
            has('Undefined', $host->run('echo $undefined;'), "$what: warnings are printed again");
            unset($host);
        }
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
