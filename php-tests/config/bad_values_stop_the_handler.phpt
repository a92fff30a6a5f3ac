--TEST--
A wrong value in php.ini is reported at startup with name, value and accepted values, and no session starts until it is corrected
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$table = new Table;
$cases = [
    'rustsql.lock' => [['', 'none', 'off', 'Row', 'advisory '], 'auto, advisory, row, merge, unlocked'],
    'rustsql.lock_timeout' => [['', '-2', '1e3', 'inf', 'nan', '30s', '0x10', '99999999999'], 'seconds'],
    'rustsql.lock_failure' => [['', 'ignore', 'READONLY'], 'fail, readonly'],
    'rustsql.lock_ttl' => [['', '0', '-1', 'x'], 'seconds above 0'],
    'rustsql.read_only' => [['2', 'maybe'], '0 or 1'],
    'rustsql.connect_timeout' => [['', '0', '-1', '1,5'], 'seconds above 0'],
    'rustsql.io_timeout' => [['', '0', 'x'], 'seconds above 0'],
    'rustsql.touch_interval' => [['', '-1', 'x'], 'seconds'],
    'rustsql.max_size' => [['', '-1', '12X', '1.5M', 'M', '99999999999999999999'], 'K, M or G'],
    'rustsql.migrate_from' => [['user', 'RustSql', 'my handler'], 'save handler'],
    'rustsql.migrate_keep' => [['2'], '0 or 1'],
    'rustsql.store_empty' => [['2', 'x'], '0 or 1'],
    'rustsql.auto_create' => [['never'], '0 or 1'],
    'rustsql.table' => [['', 'a`b', 'a.b.c', '.a', 'a.', str_repeat('x', 65)], 'identifier'],
];
foreach ($cases as $key => [$values, $accepted]) {
    foreach ($values as $value) {
        $result = php_run('echo "started up\n"; session_id("abc"); var_dump(session_start()); echo json_encode(ini_get($argv[1]));',
            ['rustsql.dsn' => $table->server->dsn(), $key => $value], [$key]);
        [$startup, $request] = explode("started up\n", $result['out']) + ['', ''];
        one_warning(["$key: ", "'$value'", $accepted], $startup, "$key=$value at startup");
        one_warning(["$key: ", "'$value'", $accepted], $request, "$key=$value at the start of a session");
        has(['bool(false)', json_encode($value)], $request, "$key=$value");
    }
}

// Mended by the script, it works.
$result = php_run('session_id("abc"); ini_set("rustsql.lock", "row"); var_dump(@session_start()); echo RustSql\status()["lock"];',
    ['rustsql.dsn' => $table->server->dsn("table=$table->name"), 'rustsql.lock' => 'none']);
has("bool(true)\nrow", $result['out'], 'mended');
echo "done\n";
--EXPECT--
done
