--TEST--
An account of each authentication plugin logs in over a socket, TCP and TLS
--FILE--
<?php
require __DIR__ . '/../inc/logins.php';

$logins = new Logins;
$server = $logins->server;
$mysql = $server->flavour === 'mysql';
$loaded = array_column($server->query("SELECT plugin_name AS name FROM information_schema.plugins WHERE plugin_type = 'AUTHENTICATION' AND plugin_status = 'ACTIVE'"), 'name');
$by = fn (string $plugin) => $mysql ? "IDENTIFIED WITH $plugin BY 'its-secret'" : "IDENTIFIED VIA $plugin USING PASSWORD('its-secret')";
$expected = $mysql ? ['caching_sha2_password'] : ['mysql_native_password', 'ed25519', ...$server->flavour === 'mariadb' ? [] : ['parsec']];
foreach ($expected as $plugin) {
    if (!in_array($plugin, $loaded)) {
        continue;
    }
    $logins->account($plugin, $by($plugin));
    foreach (Logins::WAYS as $way) {
        foreach (['0', '1'] as $pipelined) {
            // MySQL forgets the hashes of passwords then, and wants the password itself.
            $server->query('FLUSH PRIVILEGES');
            foreach (['first', 'second'] as $time) {
                same('in', $logins->outcome($plugin, $way, ['pipelined_login' => $pipelined]), "$plugin, $way, pipelined $pipelined, $time time");
            }
        }
        has(['refuses the login', '1045', 'user and password right'], $logins->outcome($plugin, $way, [], [], 'wrong-secret'), "$plugin, $way, another password");
        has(['refuses the login', '1045'], $logins->outcome($plugin, $way, [], [], null), "$plugin, $way, no password");
    }
}
// Random challenges have any byte.
$many = $mysql ? [] : array_intersect(['ed25519', 'parsec'], $loaded);
foreach ($many as $plugin) {
    $code = 'for ($n = 0; $n < 600; $n++) { session_id("abc"); if (!session_start()) { break; } session_abort(); } echo $n;';
    same('600', php_run($code, $logins->ini($plugin, 'socket'))['out'], "$plugin, many logins");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
