--TEST--
A session may be opened and written several times in one request
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $version = 0;
    foreach ([1, 2, 3] as $n) {
        $table->request('abc', function () use ($n) {
            same($n === 1 ? [] : ['n' => $n - 1], $_SESSION, "read $n");
            $_SESSION['n'] = $n;
        });
        $row = $table->row('abc');
        same("n|i:$n;", $row['data'], "$lock: stored $n");
        check($row['version'] > $version, "$lock: version $n", $row['version']);
        $version = (int) $row['version'];
    }
    // session_commit() is the same; after it, a change is not stored.
    $table->request('abc', function () {
        $_SESSION['n'] = 4;
        session_commit();
        $_SESSION['n'] = 5;
    });
    same('n|i:4;', $table->row('abc')['data'], "$lock: after session_commit()");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
