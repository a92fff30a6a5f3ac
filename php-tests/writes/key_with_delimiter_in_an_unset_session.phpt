--TEST--
A key with | does not empty the stored session either when $_SESSION itself is unset or replaced afterwards
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$ways = [
    'unset' => 'unset($_SESSION);',
    'reference' => '$other = []; $_SESSION = &$other;',
    'globals' => 'unset($GLOBALS["_SESSION"]); $_SESSION = [];',
];
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $before = $table->frozen('abc');
    foreach ($ways as $way => $code) {
        // At the top of a script: there $_SESSION is the global variable itself.
        $result = php_run("session_id('abc'); session_start(); \$_SESSION['a|b'] = 1; $code session_write_close();", $table->ini());
        one_encoding_warning($result['out'], "$lock, $way");
        same($before, $table->frozen('abc'), "$lock, $way: the row");
    }
    // Without such a key it is PHP's rule that these change nothing.
    foreach ($ways as $way => $code) {
        $result = php_run("session_id('abc'); session_start(); \$_SESSION['b'] = '$way'; $code session_write_close();", $table->ini());
        same('', $result['out'], "$lock, $way: output");
        same(['a' => 1, 'b' => $way], $table->request('abc'), "$lock, $way: stored");
    }
}
echo "done\n";
--EXPECT--
done
