--TEST--
rustsql sessions lists the sessions of a tag, without an id or data; rustsql revoke ends them
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/command.php';
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $run = fn (string ...$arguments) => command($arguments, ['RUSTSQL_DSN' => $table->dsn()]);
    foreach (['sessions', 'revoke'] as $what) {
        $none = $run($what, 'ann');
        same(1, $none['exit'], "$lock: $what without a table");
        has('the first session creates the table', $none['err'], "$lock: $what without a table");
    }
    foreach (['ann1' => 'ann', 'ann2' => 'ann', 'bob1' => 'bob'] as $id => $tag) {
        $table->request($id, function () use ($tag) { $_SESSION['secret'] = 'of-ann'; RustSql\tag($tag); });
    }
    $listed = $run('sessions', 'ann');
    same([0, '', 3], [$listed['exit'], $listed['err'], substr_count($listed['out'], "\n")], "$lock: list");
    check(preg_match('~^ *created +used +expires in +size\n *\d+ seconds? ago +\d+ seconds? ago +2\d minutes +20 B$~m', $listed['out']) === 1, "$lock: text", $listed['out']);
    check(!preg_match('~ann1|of-ann~', $listed['out']), "$lock: no id, no data", $listed['out']);
    $json = json_decode($run('sessions', 'ann', '--json')['out'], true)['sessions'];
    same([2, ["bytes", "created", "expires", "used"]], [count($json), array_keys((array) $json[0])], "$lock: JSON");
    same("no session\n", $run('sessions', 'nobody')['out'], "$lock: none");

    same("2 sessions ended\n", $run('revoke', 'ann')['out'], "$lock: revoke");
    same('{"ended":0}' . "\n", $run('revoke', '--json', 'ann')['out'], "$lock: revoked");
    same(1, $table->count(), "$lock: bob's is left");
    same(2, $run('revoke')['exit'], "$lock: no tag");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
