--TEST--
RustSql\schema() creates the table that auto_create makes, with the documented columns and keys
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$server = Server::shared();
$describe = function (string $name) use ($server) {
    $columns = $server->query("SELECT COLUMN_NAME AS n, LOWER(COLUMN_TYPE) AS t, IS_NULLABLE AS o FROM information_schema.columns
        WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = '$name' ORDER BY ORDINAL_POSITION");
    $keys = $server->query("SELECT INDEX_NAME AS n, COLUMN_NAME AS c, NON_UNIQUE AS u FROM information_schema.statistics
        WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = '$name' ORDER BY INDEX_NAME, SEQ_IN_INDEX");
    $engine = $server->query("SELECT ENGINE AS e FROM information_schema.tables WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = '$name'");
    return [
        // MariaDB shows display widths.
        array_map(fn ($row) => preg_replace('~(int)\(\d+\)~', '$1', "$row[n] $row[t] $row[o]"), $columns),
        array_map(fn ($row) => "$row[n] $row[c] $row[u]", $keys),
        $engine[0]['e'] ?? null,
    ];
};
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $made = $describe($table->name);
    same(['id binary(16) NO', 'version bigint unsigned NO', 'expires int unsigned NO', 'created int unsigned NO', 'used int unsigned NO',
        'tag binary(16) YES', 'format tinyint unsigned NO', 'data longblob NO'], $made[0], "$lock: columns");
    same(['expires expires 1', 'PRIMARY id 0', 'tag tag 1'], $made[1], "$lock: keys");
    same('InnoDB', $made[2], "$lock: engine");

    $byHand = new Table($lock);
    $byHand->open();
    $sql = RustSql\schema();
    has("`$byHand->name`", $sql, "$lock: the configured name");
    same([], $describe($byHand->name)[0], "$lock: schema() makes nothing by itself");
    $server->query($sql);
    $server->query($sql); // twice does no harm
    same($made, $describe($byHand->name), "$lock: made by hand");
    same(['a' => 1], [$byHand->request('abc', fn () => $_SESSION['a'] = 1), $byHand->request('abc')][1], "$lock: works");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
