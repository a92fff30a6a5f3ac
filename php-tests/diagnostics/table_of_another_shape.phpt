--TEST--
A table that cannot keep sessions is told at the start, with what is wrong and a cure that does no harm
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$host = "127.0.0.1:$server->port";
$working = new Table;

/** Nothing that a message says may touch another application's data. */
function harmless(string $warning, string $what): void
{
    check(!preg_match('~\b(ALTER|DROP|create it)~', $warning), "$what: harmless advice", $warning);
}

$table = new Table;
$server->query("CREATE TABLE app.`$table->name` (id VARCHAR(128) PRIMARY KEY, data TEXT)");
// Where columns are utf8mb4 unless told otherwise, a strict start meets the type of `id` first.
$error = $server->flavour === 'mariadb-11.8' ? ['error 1'] : ['1054', '42S22'];
$warning = cannot_start('other columns', $table->dsn(), [$host, ...$error, '`version`', 'RustSql\\schema()', 'rustsql.table'], $working);
harmless($warning, 'other columns');
same([], $server->query("SELECT * FROM app.`$table->name`"), 'rows');

// What may be a table of ours is mended by what the message says.
foreach ([
    'a longer key' => ['MODIFY id BINARY(32)', '`id` binary(32)'],
    'a key as text' => ['MODIFY id VARCHAR(64) CHARACTER SET utf8mb4', '`id` varchar(64)'],
    'data as text' => ['MODIFY data LONGTEXT CHARACTER SET utf8mb4', '`data` longtext'],
    'a version that is too small' => ['MODIFY version INT UNSIGNED', '`version` int'],
    'no key' => ['DROP PRIMARY KEY', 'PRIMARY KEY'],
    'a key of two columns' => ['DROP PRIMARY KEY, ADD PRIMARY KEY (id, expires)', 'PRIMARY KEY'],
    'several at once' => ['MODIFY id BINARY(20), DROP PRIMARY KEY, MODIFY tag BINARY(16) NOT NULL', '`tag` binary(16) not null'],
] as $what => [$change, $part]) {
    $table = new Table;
    $table->create();
    $server->query("ALTER TABLE app.`$table->name` $change");
    $dsn = $server->dsn("table=$table->name");
    $warning = cannot_start($what, $dsn, [$host, $table->name, $part, "ALTER TABLE `app`.`$table->name`", 'rustsql.table'], $working);
    same(0, $table->count(), "$what: rows");
    $server->query(strstr(strstr($warning, 'ALTER TABLE'), ';', true));
    same(['what' => $what], $table->request('abc', fn () => $_SESSION = ['what' => $what]), "$what: mended");
    same(['what' => $what], $table->request('abc'), "$what: read");
}
same([], warnings(), 'warnings');

$table = new Table;
$table->create();
$server->query("ALTER TABLE app.`$table->name` ADD note INT NOT NULL");
harmless(cannot_start('a column that must have a value', $server->dsn("table=$table->name"), [$host, '`note`', 'default', 'rustsql.table'], $working), 'a column');

// A process that has just found it good learns it from the server's error.
foreach (['data LONGTEXT CHARACTER SET utf8mb4' => ['1300', '1366', 'type for text'], 'data VARBINARY(20)' => ['1406', '1406', 'smaller'], 'expires TINYINT' => ['1264', '1264', 'smaller']] as $change => [$one, $other, $part]) {
    $table = new Table;
    $table->create();
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $server->query("UPDATE app.`$table->name` SET expires = 1");
    $server->query("ALTER TABLE app.`$table->name` MODIFY $change");
    $before = $table->count();
    $table->request('new', fn () => $_SESSION['bytes'] = "\xff\xfe which are no text");
    $warning = one_warning([$host, $part, 'RustSql\\schema()'], warnings(), $change);
    check(str_contains($warning, "error $one") || str_contains($warning, "error $other"), $change, $warning);
    same($before, $table->count(), "$change: rows");
}

// What an administrator may have added or made wider does no harm.
$table = new Table;
$table->create();
$server->query("ALTER TABLE app.`$table->name` ADD note VARCHAR(20) NOT NULL DEFAULT '', ADD who TEXT, MODIFY data MEDIUMBLOB NOT NULL, MODIFY expires BIGINT NOT NULL, ADD KEY (used)");
foreach (['advisory', 'row', 'unlocked'] as $lock) {
    $table->request($lock, fn () => $_SESSION['lock'] = $lock, [], ['lock' => $lock]);
    same(['lock' => $lock], $table->request($lock, null, [], ['lock' => $lock]), "$lock: more columns");
}
// Nor a view of it, which cannot be asked.
$server->query("CREATE VIEW app.`{$table->name}_view` AS SELECT id, version, expires, created, used, tag, format, data FROM app.`$table->name`");
same(['lock' => 'row'], $table->request('row', null, [], ['table' => "{$table->name}_view"]), 'a view');
// Nor rights on columns, which do not suffice for the question.
$server->query("CREATE USER IF NOT EXISTS 'columns'@'%' IDENTIFIED BY 'columns-secret'");
$columns = 'id, version, expires, created, used, tag, format, data';
$server->query("GRANT SELECT ($columns), INSERT ($columns), UPDATE ($columns), DELETE ON app.`$table->name` TO 'columns'@'%'");
foreach (['advisory', 'row'] as $lock) {
    session_save_path($server->dsn("table=$table->name&lock=$lock", ['user' => 'columns', 'password' => 'columns-secret']));
    session_id('of-columns');
    session_start();
    $_SESSION[$lock] = 1;
    session_write_close();
}
same(['advisory' => 1, 'row' => 1], $table->request('of-columns'), 'rights on columns');
same([], warnings(), 'warnings');

// A format of a later version.
$table = new Table;
$table->request('abc', fn () => $_SESSION['a'] = 1);
$table->update('abc', 'format = 200');
$before = $table->frozen('abc');
cannot_start('another format', $table->dsn(), ['format 200', 'cannot read', 'stored data stays'], $working);
same($before, $table->frozen('abc'), 'the row of another format');
echo "done\n";
--EXPECT--
done
