--TEST--
rustsql.max_size refuses larger data and leaves what is stored
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $large = fn () => $_SESSION['v'] = str_repeat('x', 10000);
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $before = $table->frozen('abc');
    foreach (['9K', '10000', '9k'] as $max) {
        $table->request('abc', $large, [], ['max_size' => $max]);
        one_warning(['rustsql.max_size', 'bytes', 'stored data stays'], warnings(), "$lock, $max");
        same($before, $table->frozen('abc'), "$lock, $max: the row");
    }
    $table->request('new', $large, [], ['max_size' => '9K']);
    one_warning('rustsql.max_size', warnings(), "$lock: a new session");
    same(null, $table->row('new'), "$lock: the row of a new session");

    foreach (['10K', '0', '1M', '1G', '10020'] as $number => $max) {
        $table->request("ok$number", $large, [], ['max_size' => $max]);
        same(10013, strlen($table->row("ok$number")['data'] ?? ''), "$lock, $max: stored");
    }
    // Exactly the limit.
    $table->request('exact', $large, [], ['max_size' => '10013']);
    same(10013, strlen($table->row('exact')['data'] ?? ''), "$lock: exactly the limit");
    same([], warnings(), "$lock: warnings");
    // A stored session that is over a limit of later times is read, and stays while nothing changes.
    same(10000, $table->request('exact', fn () => strlen($_SESSION['v']), [], ['max_size' => '1K']), "$lock: read");
    same([], warnings(), "$lock: warnings about an unchanged session");
}
echo "done\n";
--EXPECT--
done
