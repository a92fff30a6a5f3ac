--TEST--
A parameter of the DSN that is unknown, wrong or without = is refused by name, and no password is told
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$cases = [
    'lock_timout=3' => ['lock_timout', 'unknown parameter'],
    'lock' => ["parameter 'lock'", 'no value', 'double quotes'],
    'table=x&lock' => ["parameter 'lock'", 'no value'],
    'lock=none' => ['rustsql.lock', "'none'", 'auto, advisory, row, merge, unlocked'],
    'lock=' => ['rustsql.lock', 'auto, advisory, row, merge, unlocked'],
    'lock_timeout=soon' => ['rustsql.lock_timeout', "'soon'", 'seconds'],
    'table=a.b.c' => ['rustsql.table', "'a.b.c'", 'identifier'],
    'table=a%60b' => ['rustsql.table', 'identifier'],
    'table=' => ['rustsql.table', 'identifier'],
    'max_size=12X' => ['rustsql.max_size', "'12X'", 'K, M or G'],
    'defaults_file=/x' => ['defaults_file', 'php.ini only'],
    'dsn=mysql://a@b/c' => ['dsn', 'unknown parameter'],
    'table=%zz' => ["'%'", '%25'],
];
foreach ($cases as $query => $parts) {
    // In save_path, whose warning is that of the start; in the DSN, once at startup and once at the start.
    $result = php_run('var_dump(session_start());', ['session.save_path' => $server->dsn($query)]);
    one_warning($parts, $result['out'], "save_path, $query");
    has('bool(false)', $result['out'], "save_path, $query");
    $result = php_run('echo "started up\n"; var_dump(session_start());', ['rustsql.dsn' => $server->dsn($query)]);
    [$startup, $request] = explode("started up\n", $result['out']) + ['', ''];
    one_warning($parts, $startup, "dsn at startup, $query");
    $own = one_warning($parts, $request, "dsn, $query");
    has('bool(false)', $request, "dsn, $query");
    check(!str_contains($own, 'app-secret'), "$query: no password", $own);
}
$unparsable = [
    'mysql://app:xyzzy@', 'mysql://app:xyzzy@host:port/db', 'mysql://app:xyzzy@host:99999/db', 'mysql://app:xy/zzy@host/db', 'mysql://app:xyzzy/db',
    'mysql://app:xy#zzy@host/db', 'mysql://app:xy?zzy@host/db', 'mysql://app:xy%zzy@host/db', 'mysql://app:xyzzy@[::1/db', 'app:xyzzy@host/db',
    'postgres://app:xyzzy@host/db', 'mysql://app:xyzzy@host/db/zzy', 'mysql://app@host/db?password=xyzzy&zzy', 'mysql://app@host/db?password=xyzzy&zzy=1',
    'mysql://app@host/db?passwort=xyzzy',
];
foreach ($unparsable as $dsn) {
    $result = php_run('session_start();', ['rustsql.dsn' => $dsn]);
    $own = ours($result['out']);
    check(count($own) >= 1, "$dsn: warnings", $result['out']);
    check(!preg_grep('~zzy|xy~', $own), "$dsn: no password", $own);
}
echo "done\n";
--EXPECT--
done
