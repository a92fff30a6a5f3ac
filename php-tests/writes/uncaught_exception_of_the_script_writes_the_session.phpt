--TEST--
A script that ends with an exception or a fatal error of its own still stores its session
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$ends = [
    'exception' => 'throw new Exception("x");',
    'finally' => 'try { throw new Exception("x"); } finally { session_write_close(); }',
    'exit' => 'exit(3);',
    'fatal error' => 'undefined_function();',
    'memory' => 'ini_set("memory_limit", "8M"); str_repeat("x", 1 << 30);',
    'shutdown function' => 'register_shutdown_function(function () { $_SESSION["b"] = 2; }); throw new Exception("x");',
];
foreach (each_lock() as $lock => $table) {
    foreach ($ends as $what => $code) {
        $id = strtr($what, ' ', '-');
        $result = php_run("session_id('$id'); session_start(); \$_SESSION['a'] = 1; $code", $table->ini());
        same([], ours($result['out']), "$lock, $what: warnings");
        same($what === 'shutdown function' ? 'a|i:1;b|i:2;' : 'a|i:1;', $table->row($id)['data'] ?? null, "$lock, $what: stored");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
