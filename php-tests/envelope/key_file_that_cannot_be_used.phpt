--TEST--
A key file that is missing, writable by others, empty or wrong is refused by name and line, and the message has no key
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$table = new Table;
$file = key_file();
$run = function (string $path) use ($table): string {
    $ini = ['rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => $path];
    return php_run('var_dump(session_start());', $table->ini($ini))['out'];
};
$cases = [
    'empty' => ["\n# no key\n", 'it has no key'],
    'short' => [KEY_ONE . "\n" . substr(KEY_ONE, 4) . "\n", 'line 2: it has 30 bytes'],
    'long' => [KEY_ONE . "00\n", 'line 1: it has 33 bytes'],
    'short base64' => ["\n" . base64_encode('secret-secret-secret') . "\n", 'line 2: it has 20 bytes'],
    'no key at all' => ["secret of mine!\n", 'line 1: it is not hexadecimal or base64'],
    'twice' => [KEY_ONE . "\n" . KEY_TWO . "\n\n" . base64_encode(hex2bin(KEY_ONE)), 'line 4 has the same key as line 1'],
];
$outputs = [];
foreach ($cases as $what => [$content, $part]) {
    file_put_contents($file, $content);
    $outputs[$what] = [$run($file), ["rustsql.encryption_key_file: $file", $part]];
}
foreach ([0602 => 'chmod go-w', 0620 => 'chmod go-w'] as $mode => $cure) {
    file_put_contents($file, KEY_ONE);
    chmod($file, $mode);
    $outputs[decoct($mode)] = [$run($file), ["rustsql.encryption_key_file: $file", 'can be written by others', $cure]];
}
foreach (["$file.missing" => 'No such file', 'my.keys' => 'not an absolute path', '/tmp' => 'not a regular file'] as $path => $part) {
    $outputs[$path] = [$run($path), ["rustsql.encryption_key_file: $path", $part]];
}
foreach ($outputs as $what => [$out, $parts]) {
    has(['bool(false)', ...$parts], $out, $what);
    same(2, count(ours($out)), "$what: warnings, at startup and for the session");
    foreach ([substr(KEY_ONE, 4, 20), 'secret', substr(KEY_TWO, 0, 10), substr(base64_encode('secret-secret-secret'), 0, 10)] as $piece) {
        check(!str_contains(str_replace($file, '', $out), $piece), "$what: no key", $out);
    }
}
same(0, (int) $table->server->query("SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_name = '$table->name'")[0]['n'], 'no table was made');

// The keys are read when PHP starts: later the process may not read the file, or it is gone.
file_put_contents($file, KEY_ONE);
chmod($file, 0600);
$ini = $table->ini(['rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => $file]);
$info = php_run('phpinfo(); var_dump(ini_get_all("rustsql"), $_SERVER, RustSql\ping());', $ini)['out'];
has($file, $info, 'phpinfo() names the file');
check(!str_contains($info, KEY_ONE), 'and has no key');
same("bool(true)\n", php_run('unlink($argv[1]); ob_start(); var_dump(session_start());', $ini, [$file])['out'], 'gone after the start');
echo "done\n";
--EXPECT--
done
