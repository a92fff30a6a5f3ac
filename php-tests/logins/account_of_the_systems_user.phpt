--TEST--
An account with unix_socket or auth_socket needs no password over the socket; over TCP the warning names the socket
--FILE--
<?php
require __DIR__ . '/../inc/logins.php';

$logins = new Logins;
$mysql = $logins->server->flavour === 'mysql';
$user = posix_getpwuid(posix_geteuid())['name'];
$plugin = $mysql ? 'IDENTIFIED WITH auth_socket' : 'IDENTIFIED VIA unix_socket';
$logins->account($user, $plugin);
$logins->account('somebody', $plugin);
if ($user === 'root') {
    // By the socket the server would take this account, which needs no password.
    $logins->server->query("ALTER USER root@localhost $plugin");
}
same('in', $logins->outcome($user, 'socket', [], [], null), 'without a password');
same('in', $logins->outcome($user, 'socket'), 'with a password that nobody asks for');
has(['refuses the login', '1698', 'only the system user of the same name', 'that PHP runs as'], $logins->outcome('somebody', 'socket', [], [], null), 'as another user');
foreach (['verified', 'TLS', 'plain'] as $way) {
    has(['refuses the login', '1698', "only over the server's socket", '?socket='], $logins->outcome($user, $way, [], [], null), $way);
}
echo "done\n";
--EXPECT--
done
