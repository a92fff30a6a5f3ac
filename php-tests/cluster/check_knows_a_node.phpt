--TEST--
rustsql check: on a node of a cluster auto means row locks, and rustsql.lock=advisory is a fault
--SKIPIF--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/galera.php';
if (!is_executable(command_file())) {
    echo 'skip the command is not built: make command';
} elseif (getenv('RUSTSQL_TEST_FLAVOUR') !== 'mysql') {
    Galera::skip();
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/galera.php';

if (getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql') {
    $is = 'a member of Group Replication';
    $node = Server::start('mysql', ['plugin_load_add' => 'group_replication.so', 'group_replication_start_on_boot' => 'OFF',
        'group_replication_group_name' => 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa']);
} else {
    $is = 'a node of Galera';
    [$node] = Galera::start(1);
}
$node->query("GRANT PROCESS ON *.* TO 'app'@'%'");
$table = new Table('auto', server: $node);
foreach ([0, 1] as $there) {
    $result = command(['check'], ['RUSTSQL_DSN' => $table->dsn()]);
    same([0, ''], [$result['exit'], $result['err']], 'exit code');
    has(["  ✓ lock: row, since this is $is\n", $there ? '✓ session: locked' : '✓ table: missing'], $result['out'], 'the lines');
    names('fault lock: ', ["rustsql.lock is advisory, but this is $is", 'set rustsql.lock = auto'], $table->dsn(['lock' => 'advisory']));
    $there or $table->create();
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
