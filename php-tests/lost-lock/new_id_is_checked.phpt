--TEST--
session_regenerate_id(), with true or without, is refused if the session has been destroyed, revoked or changed meanwhile, also unchanged
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

const MEANWHILE = [
    'destroyed' => ['session_start(); session_destroy();', [], 'another request has destroyed it since it was read'],
    'revoked' => ['RustSql\revoke("ann");', [], 'another request has destroyed it since it was read'],
    'changed' => ['session_start(); $_SESSION["n"]++;', ['n|i:2;'], 'another request has written newer data since it was read'],
];
foreach ([...LOCKS, 'merge'] as $lock) {
    foreach (['', 'true'] as $delete) {
        foreach (MEANWHILE as $what => [$code, $stored, $refusal]) {
            foreach (['lost', 'held'] as $state) {
                // Who does not wait for an advisory lock: revoke(), and pages that merge.
                $holds = ['advisory' => true, 'row' => false, 'merge' => true][$lock];
                if ($state === 'held' && !$holds) {
                    continue;
                }
                $case = "$lock, session_regenerate_id($delete), $what, $state";
                $session = new Session($lock);
                $session->run('session_start(); RustSql\tag("ann"); $_SESSION["n"] = 1;');
                $request = $session->start("session_start(); pause('open'); session_regenerate_id($delete);");
                $request->readLine();
                if ($state === 'lost') {
                    $session->loseConnection();
                }
                $notice = $session->run($code, $state === 'held' ? ['rustsql.lock' => 'merge'] : []);
                same('', str_contains($notice, 'GET_LOCK') ? '' : $notice, "$case: meanwhile");
                has($refusal, $session->finish($request), $case);
                same($stored, array_column(array_map(Secure::opened(...), $session->server->query("SELECT * FROM app.$session->table")), 'data'), "$case: stored");
            }
        }
        // Nothing has happened meanwhile.
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        same('', $session->run("session_start(); session_regenerate_id($delete);"), "$lock, session_regenerate_id($delete)");
        same($delete ? 1 : 2, count($session->server->query("SELECT id FROM app.$session->table")), "$lock, session_regenerate_id($delete): stored");
    }
}
// A session that was opened without its lock, and then ended by the request that has the lock.
foreach (LOCKS as $lock) {
    foreach (['', 'true'] as $delete) {
        $session = new Session($lock);
        $session->run('session_start(); $_SESSION["n"] = 1;');
        $holder = $session->hold('session_destroy();');
        $request = $session->start("@session_start(); pause('open'); session_regenerate_id($delete);", ['rustsql.lock_timeout' => '0', 'rustsql.lock_failure' => 'readonly']);
        $request->readLine();
        same('', $session->finish($holder), "$lock, read-only, session_regenerate_id($delete): the end");
        has('it was opened without its lock', $session->finish($request), "$lock, read-only, session_regenerate_id($delete)");
        same([], $session->server->query("SELECT id FROM app.$session->table"), "$lock, read-only, session_regenerate_id($delete): stored");
    }
}
echo "done\n";
?>
--EXPECT--
done
