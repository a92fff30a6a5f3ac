--TEST--
Merging brings no session back that was destroyed, replaced by a login or revoked: by requests that write before, meanwhile or after
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

const GUEST = 'RustSql\tag("ann"); $_SESSION = ["cart" => 1];';
const LATE = '$_SESSION["late"] = 1;';
const EARLY = '$_SESSION["early"] = 1;';
/** What ends the session, and what is stored after it; `%s`: with the key of a request that had written before. */
const ENDS = [
    'destroy' => ['session_destroy();', []],
    'logout' => ['$_SESSION = []; session_destroy(); session_id("of-a-guest"); session_start(); $_SESSION = ["guest" => 1];', ['guest|i:1;']],
    'regenerate' => ['session_regenerate_id(true);', ['cart|i:1;%s']],
    'login' => ['session_regenerate_id(true); $_SESSION["user"] = "ann";', ['cart|i:1;%suser|s:3:"ann";']],
    'revoke' => ['session_abort(); RustSql\revoke("ann");', []],
    'revoke and login' => ['session_abort(); RustSql\revoke("ann"); session_id("of-ann"); session_start(); $_SESSION = ["user" => "ann"];', ['user|s:3:"ann";']],
];
const REFUSED = 'the session was not written: another request has destroyed it since it was read';

/** Everything that is stored: no row of an ended session is left, not even an empty one. */
function all(Session $session): array
{
    return array_column(array_map(Secure::opened(...), $session->server->query("SELECT * FROM app.$session->table ORDER BY data")), 'data');
}

function begun(): Session
{
    $session = new Session('merge');
    $session->run('session_start(); ' . GUEST);
    return $session;
}

/** A request that has read the session. */
function reader(Session $session, string $then, array $ini = []): PhpProcess
{
    $request = $session->start("session_start(); pause('read'); $then", $ini);
    return $request->readLine() === 'read' ? $request : throw new RuntimeException('not read');
}

foreach (ENDS as $name => [$end, $stored]) {
    $after = fn (string $early): array => array_map(fn ($data) => sprintf($data, $early), $stored);

    // The end, and then the write of a request that had read before. Another changes nothing, and would only move the expiry.
    $session = begun();
    $session->age();
    $late = reader($session, LATE);
    $unchanged = reader($session, '');
    same('', $session->run("session_start(); $end"), "$name: the end");
    has(REFUSED, $session->finish($late), "$name: a late write");
    same('', $session->finish($unchanged), "$name: a late end without a change");
    same($after(''), all($session), "$name: stored after a late write");

    // A write, the end, and a write of a request that had read before both.
    $session = begun();
    $early = reader($session, EARLY);
    $late = reader($session, LATE);
    same('', $session->finish($early), "$name: an early write");
    same('', $session->run("session_start(); $end"), "$name: the end after it");
    has(REFUSED, $session->finish($late), "$name: a late write after both");
    same($after('early|i:1;'), all($session), "$name: stored after both");

    // The request that ends the session has read before the write. A new id is refused: it would lack what was written.
    $session = begun();
    $ender = reader($session, $end);
    $late = reader($session, LATE);
    same('', $session->run('session_start(); ' . EARLY), "$name: a write between");
    $said = $session->finish($ender);
    if (str_contains($end, 'regenerate')) {
        has('another request has written newer data since it was read', $said, "$name: the new id");
        same('', $session->finish($late), "$name: a write to the session that stays");
        same(['cart|i:1;early|i:1;late|i:1;'], all($session), "$name: stored in the session that stays");
    } else {
        same('', $said, "$name: the end after a write between");
        has(REFUSED, $session->finish($late), "$name: a late write after a write between");
        same($stored, all($session), "$name: stored after a write between");
    }

    // The end holds the row's lock, as a page that logs in should: the write waits for it. revoke() ends other sessions than its own.
    if (!str_contains($end, 'revoke')) {
        $session = begun();
        $late = reader($session, LATE);
        $ender = reader($session, $end, ['rustsql.lock' => 'row']);
        $late->write("\n");
        $session->awaitWaiters(1);
        same('', $session->finish($ender), "$name: the end that locks");
        has(REFUSED, $session->finish($late), "$name: a write that waited for the end");
        same($after(''), all($session), "$name: stored after the end that locks");
    }

    // The visitor goes on with the old id, and so begins another session.
    foreach ([LATE, 'session_regenerate_id(true);'] as $then) {
        $session = begun();
        $late = reader($session, $then);
        same('', $session->run("session_start(); $end"), "$name: the end before a new session");
        same('', $session->run('session_start(); $_SESSION["new"] = count($_SESSION);'), "$name: a new session");
        has('another request has written newer data since it was read', $session->finish($late), "$name: a late $then after a new session");
        $both = [...$after(''), 'new|i:0;'];
        sort($both);
        same($both, all($session), "$name: stored after a late $then after a new session");
    }
}
echo "done\n";
?>
--EXPECT--
done
