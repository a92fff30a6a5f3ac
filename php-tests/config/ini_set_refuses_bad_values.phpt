--TEST--
A bad ini_set() returns false, says why and leaves the old value
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$table = new Table;
$cases = [
    'rustsql.lock' => ['row', ['none', '', 'off', 'x']], 'rustsql.lock_timeout' => ['0.5', ['-2', 'x', '']],
    'rustsql.lock_failure' => ['readonly', ['x', '']], 'rustsql.read_only' => ['1', ['2', 'x']],
    'rustsql.touch_interval' => ['7', ['-1', 'x']], 'rustsql.store_empty' => ['0', ['x', '-1']],
];
foreach ($cases as $key => [$good, $bad]) {
    $default = ini_get($key);
    same($default, ini_set($key, $good), "$key=$good");
    same([], warnings(), "$key=$good: warnings");
    foreach ($bad as $value) {
        same(false, ini_set($key, $value), "$key=$value");
        same($good, ini_get($key), "$key after $value");
        one_warning(["$key: ", "'$value'"], warnings(), "$key=$value");
    }
    ini_restore($key);
    same($default, ini_get($key), "$key restored");
}
// What a script must not change.
foreach (['dsn', 'user', 'password', 'defaults_file', 'table', 'namespace', 'lock_ttl', 'connect_timeout', 'io_timeout', 'max_size', 'auto_create'] as $name) {
    same(false, ini_set("rustsql.$name", '5'), "rustsql.$name");
}
// The good values hold for the next session.
ini_set('rustsql.lock', 'row');
$table->open(['lock' => 'advisory']);
session_id('abc');
session_start();
same('advisory', RustSql\status()['lock'], 'a parameter wins over the setting');
session_write_close();
session_save_path($table->server->dsn("table=$table->name"));
session_start();
same('row', RustSql\status()['lock'], 'the setting');
session_write_close();
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
