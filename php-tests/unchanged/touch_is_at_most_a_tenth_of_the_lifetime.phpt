--TEST--
The expiry is set later by a tenth of session.gc_maxlifetime at most
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach ([100 => 10, 600 => 60, 7200 => 60, 5 => 0] as $lifetime => $most) {
        ini_set('session.gc_maxlifetime', (string) $lifetime);
        $table->request("s$lifetime", fn () => $_SESSION['a'] = 1);
        $row = $table->row("s$lifetime");
        $left = $row['expires'] - $row['used'];
        check($left >= $lifetime + $most && $left <= $lifetime + max(1, 2 * $most), "$lock, $lifetime seconds", $left);
    }
    // A lifetime beyond what the column holds is as long as that.
    ini_set('session.gc_maxlifetime', '9000000000');
    $table->request('long', fn () => $_SESSION['a'] = 1);
    same('4294967295', $table->row('long')['expires'], "$lock: a very long lifetime");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
