--TEST--
Values of encryption and compression in php.ini work with and without quotes; encryption without a key does not start
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$table = new Table;
$key = key_file(KEY_ONE);
$file = tempnam(sys_get_temp_dir(), 'ini');
$run = function (string $lines) use ($table, $file): string {
    $common = "session.save_handler = rustsql\nsession.use_cookies = 0\nsession.use_strict_mode = 0\nsession.cache_limiter =\ndisplay_errors = 1\nhtml_errors = 0\nlog_errors = 0\n";
    file_put_contents($file, $common . 'rustsql.dsn = "' . $table->server->dsn("table=$table->name") . "\"\n$lines");
    $command = [getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-c', $file, '-d', 'extension=' . php_extension_file()];
    $code = 'session_id("abc"); ob_start(); var_dump(session_start()); $_SESSION["text"] = str_repeat("much ", 900);';
    return (new PhpProcess([...$command, '-r', $code]))->wait()['out'];
};
$stored = function () use ($table): ?string {
    $format = $table->row('abc')['format'] ?? null;
    $table->server->query("TRUNCATE app.`$table->name`");
    return $format;
};
$table->create();
foreach (['on' => '16', '"on"' => '16', 'yes' => '16', '1' => '16', 'true' => '16', '"On"' => '16', 'required' => '16', '"required"' => '16',
    'off' => '0', '"off"' => '0', 'no' => '0', 'none' => '0', 'false' => '0', '0' => '0', '' => '0', '""' => '0'] as $word => $format) {
    $out = $run("rustsql.encryption = $word\nrustsql.encryption_key_file = \"$key\"\n");
    same("bool(true)\n", $out, "encryption = $word");
    same($format, $stored(), "encryption = $word: format");
    // Without a key nothing is written plain that should not be.
    $out = $run("rustsql.encryption = $word\n");
    if ($format === '0') {
        same("bool(true)\n", $out, "encryption = $word, no key");
    } else {
        has(['rustsql.encryption: it needs a key', 'openssl rand -hex 32', 'rustsql.encryption_key_file', 'bool(false)'], $out, "encryption = $word, no key");
        same(2, count(ours($out)), "encryption = $word, no key: warnings, at startup and for the session");
    }
    same($format === '0' ? '0' : null, $stored(), "encryption = $word, no key: format");
}
foreach (['none' => '0', '"none"' => '0', '' => '0', 'lz4' => '1', '"lz4"' => '1', 'zstd' => '2'] as $word => $format) {
    same("bool(true)\n", $run("rustsql.compression = $word\n"), "compression = $word");
    same($format, $stored(), "compression = $word: format");
}
foreach (['encryption = maybe' => 'off, on, required', 'encryption = 2' => 'off, on, required', 'compression = gzip' => 'none, lz4, zstd',
    'compression = on' => 'none, lz4, zstd', 'compression_threshold = 2X' => 'K, M or G'] as $line => $accepted) {
    $out = $run("rustsql.$line\n");
    has(['rustsql.' . strtok($line, ' ') . ': ', $accepted, 'bool(false)'], $out, $line);
    same(null, $stored(), "$line: nothing is stored");
}
unlink($file);

// Nothing of this is changed by a script or in a DSN, but compression.
foreach (['encryption=off', 'encryption_key_file=/dev/null'] as $parameter) {
    $out = php_run('var_dump(session_start());', ['rustsql.dsn' => $table->server->dsn($parameter)])['out'];
    has(['can be set in php.ini only', 'bool(false)'], $out, $parameter);
}
same("bool(false)\nbool(false)\nstring(4) \"none\"\nbool(false)\n", php_run('var_dump(ini_set("rustsql.encryption", "off"), ini_set("rustsql.encryption_key_file", "/x"),
    ini_set("rustsql.compression", "zstd"), @ini_set("rustsql.compression", "gzip"));', ['rustsql.dsn' => $table->dsn()])['out'], 'ini_set');
echo "done\n";
--EXPECT--
done
