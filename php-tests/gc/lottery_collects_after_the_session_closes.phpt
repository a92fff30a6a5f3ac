--TEST--
A request that wins the lottery of PHP collects when its session has closed, not while it holds the lock
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $table->create();
    foreach (['changed', 'unchanged'] as $what) {
        $table->addExpired(90);
        $table->request('abc', function () use ($lock, $table, $what) {
            same(90, $table->count('expires <= UNIX_TIMESTAMP()'), "$lock, $what: while it is open");
            $_SESSION[$what] = 1;
        }, ['gc_probability' => 1, 'gc_divisor' => 1]);
        same(0, $table->count('expires <= UNIX_TIMESTAMP()'), "$lock, $what: afterwards");
        same(1, $table->count(), "$lock, $what: rows");
    }
    // Also at the end of a script that does not close its session.
    $table->addExpired(90);
    $result = php_run('session_id("abc"); session_start(["gc_probability" => 1, "gc_divisor" => 1]);', $table->ini());
    same('', $result['out'], "$lock: output");
    same(1, $table->count(), "$lock: rows after a script");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
