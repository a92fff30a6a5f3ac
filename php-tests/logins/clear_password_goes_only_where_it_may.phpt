--TEST--
A password is sent in clear text only inside verified TLS or over a socket, with rustsql.cleartext = 1; otherwise a warning has cause and cure
--SKIPIF--
<?php require __DIR__ . '/../inc/pam.php'; Pam::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/pam.php';

$pam = new Pam;
$logins = $pam->logins;
file_put_contents($pam->token, "its-secret\n");
$on = ['rustsql.cleartext' => '1'];
foreach (['socket', 'verified'] as $way) {
    foreach (['0', '1'] as $pipelined) {
        same('in', $logins->outcome('token', $way, ['pipelined_login' => $pipelined], $on), "$way, pipelined $pipelined");
    }
    has(['refuses the login', '1045'], $logins->outcome('token', $way, [], $on, 'wrong-secret'), "$way, another token");
    has(['mysql_clear_password', 'rustsql.cleartext = 1'], $logins->outcome('token', $way), "$way, not allowed");
}
same('in', $logins->outcome('token', 'TLS', ['tls' => 'verify_ca', 'tls_ca' => $logins->authority->certificate], $on), 'verify_ca');
foreach (['TLS', 'plain', 'default'] as $way) {
    has(['mysql_clear_password', 'rustsql.tls = verify_identity'], $logins->outcome('token', $way, [], $on), $way);
    has(['mysql_clear_password', 'rustsql.cleartext = 1'], $logins->outcome('token', $way), "$way, not allowed");
}
// A DSN, which any script can name, cannot allow it.
has("'cleartext' can be set in php.ini only", $logins->outcome('token', 'socket', ['cleartext' => '1']), 'by the DSN');

// PAM as it is by default asks in a dialogue.
$logins->server->restart(['pam_use_cleartext_plugin' => 'OFF']);
has(["plugin 'dialog'", 'pam_use_cleartext_plugin = ON'], $logins->outcome('token', 'socket', [], $on), 'a dialogue');
echo "done\n";
--EXPECT--
done
