--TEST--
Silent or unreachable hosts cost connect_timeout each; if all are down, one warning names each
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/hosts.php';

const TIMEOUT = 1; // enough for a login on a busy machine
[$silent, $deaf, $dead] = [new SilentHost, new SilentHost(true), new DeadHost];
$server = Server::start();
/** Opens the session; seconds. */
$seconds = function (array $hosts, string $params, bool $expected, string $what): float {
    session_save_path(hosts_dsn($hosts, 'connect_timeout=' . TIMEOUT . "&retry_after=0&$params"));
    session_id('abc');
    $seconds = Session::seconds(fn () => same($expected, session_start(), $what));
    same($expected, session_status() === PHP_SESSION_ACTIVE, "$what: status");
    same($expected, RustSql\status() !== [], "$what: RustSql\\status()");
    if ($expected) {
        session_write_close();
    }
    return $seconds;
};
foreach (LOCKS as $lock) {
    foreach (['0', '1'] as $strict) {
        ini_set('session.use_strict_mode', $strict);
        $case = "$lock, strict mode $strict";
        $took = $seconds([$silent, $deaf, $dead, $server], "lock=$lock", true, "$case: the last works");
        check($took < 2 * TIMEOUT + 5, "$case: passed over in time", $took);
        same([], warnings(), "$case: the last works");

        $took = $seconds([$silent, $deaf, $dead], "lock=$lock&lock_timeout=60", false, "$case: none works");
        check($took >= 2 * TIMEOUT && $took < 3 * TIMEOUT + 5, "$case: given up in time", $took);
        $messages = warnings();
        $warning = one_warning(['no host can be used', ...array_map(host(...), [$silent, $deaf, $dead]), 'no answer in time', 'refused'], $messages, "$case: none works");
        same(2, count($messages), "$case: warnings, PHP's own with it");
        foreach ([$silent, $deaf, $dead] as $host) {
            same(1, substr_count($warning, host($host)), "$case: host named once");
        }
        check(!str_contains($warning, 'secret') && !str_contains($warning, 'mysql://'), "$case: nothing secret", $warning);
    }
}
// All down, and up again, in one process.
foreach (LOCKS as $lock) {
    $server->stop();
    $hosts = [$dead, $server, $silent];
    foreach ([1, 2] as $time) {
        $seconds($hosts, "lock=$lock&retry_after=60", false, "$lock: down, $time");
        one_warning(array_map(host(...), $hosts), warnings(), "$lock: down, $time");
    }
    $server->restart();
    $seconds($hosts, "lock=$lock&retry_after=60", true, "$lock: up again");
    $silent->connections();
    $seconds($hosts, "lock=$lock&retry_after=60", true, "$lock: the next request");
    same(0, $silent->connections(), "$lock: it goes to the host that works");
    same([], warnings(), "$lock: up again");
}
echo "done\n";
?>
--EXPECT--
done
