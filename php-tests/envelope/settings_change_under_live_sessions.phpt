--TEST--
Two web hosts change keys, encryption and compression one after the other: nobody is logged out, and no write is lost
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/built_in_server.php';

const VISIT = 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; $_SESSION["cart"] ??= str_repeat("an article, ", 300); echo $_SESSION["n"];';
/** What the hosts are changed to, one after the other: keys, encryption, compression. */
const STEPS = [
    [[], 'off', 'none'],
    [[], 'off', 'zstd'],
    [[KEY_ONE], 'off', 'lz4'],
    [[KEY_ONE], 'on', 'lz4'],
    [[KEY_ONE], 'required', 'zstd'],
    [[KEY_ONE, KEY_TWO], 'required', 'none'],
    [[KEY_TWO, KEY_ONE], 'required', 'zstd'],
    [[KEY_TWO], 'required', 'lz4'],
    [[KEY_TWO], 'on', 'none'],
    [[KEY_TWO], 'off', 'zstd'],
    [[], 'off', 'none'],
];

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $start = function (int $step) use ($session) {
        [$keys, $encryption, $compression] = STEPS[$step];
        $ini = ['rustsql.encryption' => $encryption, 'rustsql.encryption_key_file' => $keys ? key_file(...$keys) : ''];
        return new BuiltInServer($session, $ini + ['rustsql.compression' => $compression]);
    };
    $hosts = [$start(0), $start(0)];
    // Sessions of visitors that come at every step and at each host, in turn.
    $visits = ['one' => 0, 'two' => 0, 'three' => 0];
    $visit = function (string $when) use ($session, &$hosts, &$visits, $lock) {
        foreach ($hosts as $number => $host) {
            foreach ($visits as $id => &$count) {
                same((string) ++$count, trim($host->run(VISIT, $id)), "$lock: $when, host $number, visitor $id");
            }
        }
    };
    $visit('at first');
    foreach (array_keys(STEPS) as $step) {
        foreach ($hosts as $number => $_) {
            $hosts[$number] = $start($step);
            $visit("step $step, host $number is changed");
        }
    }
    // Who was away while the key was changed is refused, and what is stored stays: the key is put back.
    $away = new BuiltInServer($session, ['rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => key_file(KEY_ONE)]);
    same('1', trim($away->run(VISIT, 'away')), "$lock: away");
    $row = fn () => $session->server->query("SELECT HEX(data) AS data, version FROM app.$session->table WHERE id = x'" . session_key('away') . "'");
    $before = $row();
    foreach ([['on', KEY_TWO], ['off', KEY_TWO]] as [$encryption, $key]) {
        $other = new BuiltInServer($session, ['rustsql.encryption' => $encryption, 'rustsql.encryption_key_file' => key_file($key)]);
        has(['is encrypted with the key', 'rustsql.encryption_key_file does not have', 'stored data stays', 'add that key'], $other->run(VISIT, 'away'), "$lock: $encryption, another key");
    }
    has(['is encrypted with the key', 'stored data stays'], $hosts[0]->run(VISIT, 'away'), "$lock: no key");
    same($before, $row(), "$lock: the row");
    same('2', trim($away->run(VISIT, 'away')), "$lock: the key is back");
    unset($hosts, $away, $other);
}
echo "done\n";
--EXPECT--
done
