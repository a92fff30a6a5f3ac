--TEST--
What the server takes is stored, and what it does not take is refused and leaves the stored data
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

ini_set('memory_limit', '1G');
$options = ['max_allowed_packet' => '16M', 'innodb_buffer_pool_size' => '64M'];
$options += getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql' ? ['innodb_redo_log_capacity' => '64M'] : ['innodb_log_file_size' => '96M'];
$server = Server::start(null, $options);
$bytes = implode('', array_map('chr', range(0, 255)));
$of = fn (int $size) => substr(str_repeat($bytes, ($size >> 8) + 1), 0, $size);

foreach (each_lock($server) as $lock => $table) {
    // Nearly all that a packet takes.
    $size = $lock === 'row' ? 16_000_000 : 16_776_000;
    $stored = $of($size);
    $table->request('abc', fn () => $_SESSION['v'] = $stored);
    same([], warnings(), "$lock: warnings");
    $before = $table->server->query("SELECT version FROM app.`$table->name`");

    foreach ([16_777_000, 40_000_000] as $size) {
        $table->request('abc', function () use ($lock, $size, $stored, $of) {
            check(['v' => $stored] === $_SESSION, "$lock: read at 16M before $size bytes");
            $_SESSION['v'] = $of($size);
        });
        one_warning(['bytes', 'max_allowed_packet', '16777216', 'stored data stays'], warnings(), "$lock: $size bytes at 16M");
        same($before, $table->server->query("SELECT version FROM app.`$table->name`"), "$lock: the version after $size bytes");
    }
    $table->request('abc', fn () => $_SESSION = ['n' => 1]);
    same('n|i:1;', $table->row('abc')['data'], "$lock: the next request");
    same([], warnings(), "$lock: warnings of the next request");
}

// Data that fits only in one of the forms that it can be sent in.
$server->query('SET GLOBAL max_allowed_packet = 1048576');
foreach (each_lock($server) as $lock => $table) {
    foreach (['bytes' => $of(1_000_000), 'quotes' => str_repeat("'\\", 500_000)] as $what => $value) {
        $table->request('abc', fn () => $_SESSION['v'] = $value);
        check(['v' => $value] === $table->request('abc'), "$lock: 1,000,000 bytes of $what at 1M");
    }
    same([], warnings(), "$lock: warnings at 1M");
}

$server->query('SET GLOBAL max_allowed_packet = 67108864');
foreach (each_lock($server) as $lock => $table) {
    $value = $of(20 << 20);
    $table->request('abc', fn () => $_SESSION['v'] = $value);
    check(['v' => $value] === $table->request('abc'), "$lock: 20 MB at 64M");
    same([], warnings(), "$lock: warnings at 64M");
}
echo "done\n";
--EXPECT--
done
