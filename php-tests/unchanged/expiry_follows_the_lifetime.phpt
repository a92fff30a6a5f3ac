--TEST--
Each request sets how long its session lives: session.gc_maxlifetime and at most twice rustsql.touch_interval; 0 is PHP's default
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const CHANGES = ['unchanged' => null, 'changed' => true];

foreach ([...each_lock(), 'unlocked' => new Table('unlocked')] as $lock => $table) {
    foreach ([['1440', '60'], ['1440', '0'], ['100', '60'], ['86400', '600']] as [$lifetime, $interval]) {
        $most = min((int) $interval, intdiv((int) $lifetime, 10));
        foreach (CHANGES as $what => $changes) {
            foreach (['a longer life' => 864000, 'no interval' => 8640, 'a shorter life' => 50] as $before => $other) {
                $case = "$lock, $lifetime, touch_interval $interval, $what, after $before";
                ini_set('session.gc_maxlifetime', (string) $other);
                $table->request('abc', fn () => $_SESSION['n'] = microtime(), [], ['touch_interval' => $before === 'no interval' ? '0' : '60']);
                ini_set('session.gc_maxlifetime', $lifetime);
                $from = $table->row('abc')['now'];
                $table->request('abc', fn () => $changes ? $_SESSION['n'] = microtime() : 0, [], ['touch_interval' => $interval]);
                $row = $table->row('abc');
                check($row['expires'] >= $from + $lifetime, "$case: lives long enough", $row['expires'] - $from);
                check($row['expires'] <= $row['now'] + $lifetime + max(1, 2 * $most), "$case: lives no longer", $row['expires'] - $row['now']);
                // That was all: the next one finds it as it should be, unless it is to be moved each time.
                $table->request('abc', null, [], ['touch_interval' => $interval]);
                $interval && same($row['expires'], $table->row('abc')['expires'], "$case: and stays");
            }
        }
    }
    // As applications have it that mean "until the browser is closed". `files` keeps it until somebody collects.
    foreach (['0', '-1', ''] as $none) {
        ini_set('session.gc_maxlifetime', $none);
        $table->request("none$none", fn () => $_SESSION['a'] = 1);
        $row = $table->row("none$none");
        $left = $row['expires'] - $row['used'];
        check($left >= 1440 && $left <= 1440 + 120, "$lock, gc_maxlifetime '$none'", $left);
        $table->request('other', fn () => session_gc());
        same(['a' => 1], $table->request("none$none"), "$lock, gc_maxlifetime '$none': read");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
