--TEST--
Merging works with encryption, compression, every serializer of PHP, read_and_close, revoke() and the other id of session_regenerate_id()
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

/** Two requests that overlap: both have read before either writes. What the second says, and what a third finds. */
function overlap(array $ini, string $first, string $second, string $begin = '$_SESSION = ["a" => 1, "b" => 1];'): string
{
    $session = new Session('merge', $ini);
    $session->run("session_start(); $begin");
    $requests = array_map(fn ($code) => $session->start("session_start(); pause('read'); $code"), [$first, $second]);
    array_map(fn ($request) => $request->readLine(), $requests);
    [$nothing, $said] = array_map(fn ($request) => $session->finish($request), $requests);
    return $nothing . $said . trim($session->run('session_start(["read_and_close" => true]); echo json_encode($_SESSION);'));
}

const ONE = '$_SESSION["a"] = 2;';
const OTHER = '$_SESSION["b"] = str_repeat("x", 4000);';
$file = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
file_put_contents($file, bin2hex(random_bytes(32)));
chmod($file, 0600);
foreach ([
    'encryption' => ['rustsql.encryption' => 'required', 'rustsql.encryption_key_file' => $file],
    'compression' => ['rustsql.compression' => 'zstd'],
    'php_serialize' => ['session.serialize_handler' => 'php_serialize'],
    'php_binary' => ['session.serialize_handler' => 'php_binary'],
    'a kept connection' => ['rustsql.persistent' => '1'],
    'a namespace' => ['rustsql.namespace' => 'shop'],
] as $what => $ini) {
    same(['a' => 2, 'b' => str_repeat('x', 4000)], json_decode(overlap($ini, ONE, OTHER), true), $what);
}
unlink($file);

same('{"a":2,"b":1}', overlap([], ONE, 'session_abort();'), 'session_abort()');
has('another request has destroyed it', overlap([], 'session_destroy();', OTHER), 'session_destroy()');
has('another request has emptied it', overlap([], 'session_unset();', OTHER), 'session_unset()');
has('another request has destroyed it', overlap([], 'session_write_close(); RustSql\revoke("user 1");', OTHER, 'RustSql\tag("user 1"); $_SESSION = ["a" => 1];'), 'revoke()');
has('another request has destroyed it', overlap([], 'session_regenerate_id(true);', OTHER), 'session_regenerate_id(true)');
has('another request has written newer data', overlap([], ONE, 'session_regenerate_id(true);'), 'session_regenerate_id(true) after a write of another');
same('{"a":2,"b":1}', overlap([], ONE, '@session_regenerate_id(true);'), 'what is stored then');
echo "done\n";
?>
--EXPECT--
done
