--TEST--
PHP's own functions open what is encrypted, and encrypt what opens, as docs/operations.md describes the format
--SKIPIF--
<?php
if (!function_exists('openssl_encrypt')) {
    echo 'skip PHP has no openssl here';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

echo run_with(['rustsql.encryption' => 'required', 'rustsql.encryption_key_file' => key_file('# of the test', KEY_TWO)], <<<'CODE'
    $key = base64_decode(KEY_TWO);
    $id = substr(hash('sha256', "rustsql key id$key", true), 0, 8);
    $subkey = fn (string $salt) => hash_hkdf('sha256', $key, 32, 'rustsql session data', $salt);
    $place = fn (array $row) => chr((int) $row['format']) . $id . hex2bin($row['id']) . pack('J', $row['version']);
    foreach (each_lock() as $lock => $table) {
        $table->request('abc', fn () => $_SESSION['n'] = 41);
        $row = $table->row('abc');
        $data = $row['data'];
        same([$id, '16'], [substr($data, 0, 8), $row['format']], "$lock: the key's id");
        $opened = openssl_decrypt(substr($data, 40, -16), 'aes-256-gcm', $subkey(substr($data, 8, 32)), OPENSSL_RAW_DATA, str_repeat("\0", 12), substr($data, -16), $place($row));
        same('n|i:41;', $opened, "$lock: opened");
        $salt = random_bytes(32);
        $sealed = openssl_encrypt('n|i:42;', 'aes-256-gcm', $subkey($salt), OPENSSL_RAW_DATA, str_repeat("\0", 12), $tag, $place($row));
        put_row($table, 'abc', ['data' => $id . $salt . $sealed . $tag] + $row);
        same(42, $table->request('abc', fn () => $_SESSION['n']), "$lock: sealed");
    }
    same([], warnings(), 'warnings');
    CODE);
echo "done\n";
--EXPECT--
done
