--TEST--
rustsql.server_public_key_file: without TLS the password is encrypted with that key alone
--SKIPIF--
<?php if (getenv('RUSTSQL_TEST_FLAVOUR') !== 'mysql') echo 'skip only MySQL asks for a password that it has not cached'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/logins.php';

$logins = new Logins;
$server = $logins->server;
$logins->account('sha2', "IDENTIFIED WITH caching_sha2_password BY 'its-secret'");
$folder = $logins->certificates->folder;
$right = "$folder/right";
file_put_contents($right, $server->query("SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'")[0]['Value']);
$logins->certificates->openssl("genrsa -out wrong.key 2048 && openssl rsa -in wrong.key -pubout -out wrong");
$logins->certificates->openssl("genrsa -out short.key 512 && openssl rsa -in short.key -pubout -out short");
file_put_contents("$folder/none", "no key\n");
$with = function (string $way, string $file) use ($logins, $server): string {
    $server->query('FLUSH PRIVILEGES'); // The server forgets the hash of the password, and wants the password.
    return $logins->outcome('sha2', $way, ['server_public_key_file' => $file]);
};
same('in', $with('plain', $right), 'the server\'s key');
foreach (['wrong' => ['1045', 'rustsql.server_public_key_file'], 'none' => ['server_public_key_file', 'no RSA key in PEM format'],
    'short' => ['server_public_key_file', 'no RSA key in PEM format'], 'missing' => ['rustsql.server_public_key_file', 'cannot be read']] as $name => $parts) {
    has($parts, $with('plain', "$folder/$name"), $name);
}
// With TLS there is no such key.
foreach (['verified', 'TLS', 'socket'] as $way) {
    same('in', $with($way, "$folder/wrong"), $way);
}
// The hash that the server has cached needs no key.
same('in', $with('plain', $right), 'cached');
same('in', $logins->outcome('sha2', 'plain', ['server_public_key_file' => "$folder/wrong"]), 'another key, unused');
chmod($right, 0666);
has('can be written by others', $with('plain', $right), 'a key that everybody can write');
echo "done\n";
--EXPECT--
done
