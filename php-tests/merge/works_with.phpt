--TEST--
Merging works with encryption, compression, every serializer of PHP, read_and_close, revoke(), the other id of session_regenerate_id() and rustsql.migrate_keep
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/migration.php';

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

// session_regenerate_id() leaves the old session, and the new one must have all that is in it.
foreach (['session_regenerate_id();', OTHER . ' session_regenerate_id();'] as $second) {
    has('another request has written newer data', overlap([], ONE, $second), "$second after a write of another");
    same('{"a":2,"b":1}', overlap([], ONE, str_replace('session_reg', '@session_reg', $second)), "what is stored after $second");
}

// The connection is lost before the write.
$session = new Session('merge');
$session->run('session_start(); $_SESSION = ["a" => 1];');
$request = $session->start('session_start(); pause("read"); $_SESSION["b"] = 1;');
$request->readLine();
$session->loseConnection();
$session->run('session_start(); $_SESSION["a"] = 2;');
same('', $session->finish($request), 'a lost connection');
same('a|i:2;b|i:1;', $session->stored(), 'a lost connection: stored');

// What this request has emptied is empty, even if the session was too large to be merged.
same('[]', overlap([], ONE, '$_SESSION = [];', '$_SESSION = ["a" => 1, "b" => str_repeat("x", 2_000_000)];'), 'a large session that is emptied');

// With rustsql.migrate_keep, the old save handler has what the other request has written, too.
$old = new OldFiles;
$keep = $old->ini() + ['rustsql.migrate_keep' => '1'];
same('{"a":2,"b":3}', overlap($keep, ONE, '$_SESSION["b"] = 3;'), 'rustsql.migrate_keep');
same(['a|i:2;b|i:3;'], array_map(file_get_contents(...), glob("$old->folder/sess_*")), 'the copy in the old save handler');

// The session of another id, which a script writes through SessionHandler.
$session = new Session('merge', ['session.serialize_handler' => 'php_serialize']);
$session->run('session_start(); $_SESSION = ["a" => 1];');
$request = $session->start("session_id('own'); session_set_save_handler(\$handler = new SessionHandler); session_start();
    \$other = unserialize(\$handler->read('$session->id')); pause('read'); \$handler->write('$session->id', serialize(\$other + ['c' => 1]));");
$request->readLine();
$session->run('session_start(); $_SESSION["b"] = 1;');
same('', $session->finish($request), 'another id');
same(['a' => 1, 'b' => 1, 'c' => 1], unserialize($session->stored()), 'another id: stored');
echo "done\n";
?>
--EXPECT--
done
