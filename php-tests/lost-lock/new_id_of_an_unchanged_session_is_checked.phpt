--TEST--
session_regenerate_id() of an unchanged session is refused if that has been destroyed, revoked or changed meanwhile
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
    foreach (MEANWHILE as $what => [$code, $stored, $refusal]) {
        $session = new Session($lock);
        $session->run('session_start(); RustSql\tag("ann"); $_SESSION["n"] = 1;');
        $request = $session->start('session_start(); pause("open"); session_regenerate_id();');
        $request->readLine();
        // The lock of an advisory lock's holder need not be lost for this: revoke() does not wait for it.
        if ($lock === 'row' || $lock === 'advisory' && $what !== 'revoked') {
            $session->loseConnection();
        }
        same('', $session->run($code), "$lock, $what meanwhile");
        has($refusal, $session->finish($request), "$lock, $what");
        same($stored, array_column(array_map(Secure::opened(...), $session->server->query("SELECT * FROM app.$session->table")), 'data'), "$lock, $what: stored");
    }
    // Nothing has happened meanwhile.
    $session = new Session($lock);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    same('', $session->run('session_start(); session_regenerate_id();'), "$lock");
    same(2, count($session->server->query("SELECT id FROM app.$session->table")), "$lock: both");
}
echo "done\n";
?>
--EXPECT--
done
