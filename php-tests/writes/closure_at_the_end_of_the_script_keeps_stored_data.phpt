--TEST--
A closure in $_SESSION at the end of a script leaves the stored session as it is
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$scripts = [
    'alone' => 'session_start(); $_SESSION = ["a" => fn () => 1];',
    'behind data' => 'session_start(); $_SESSION["a"] = "changed"; $_SESSION["f"] = fn () => 1;',
    'deep' => 'session_start(); $_SESSION["f"] = [[[fn () => 1]]];',
    'in a destructor' => 'session_start(); $x = new class { function __destruct() { $_SESSION["f"] = fn () => 1; } };',
];
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION = ['a' => 1, 'b' => 2]);
    $before = $table->frozen('abc');
    foreach ($scripts as $what => $script) {
        $result = php_run("session_id('abc'); $script", $table->ini());
        // PHP's own fatal error: it does not even come to a write.
        has("Serialization of 'Closure' is not allowed", $result['out'], "$lock, $what: what PHP says");
        same(null, $result['signal'], "$lock, $what: signal");
        same($before, $table->frozen('abc'), "$lock, $what: the row");
    }
    same(['a' => 1, 'b' => 2], $table->request('abc'), "$lock: the next request");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
