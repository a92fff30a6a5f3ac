--TEST--
rustsql.max_size and status() count PHP's bytes, max_allowed_packet the stored ones; small data and what cannot be compressed stays as it is
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$server = Server::start(null, ['max_allowed_packet' => '1M']);
$ini = ['rustsql.encryption' => 'off', 'rustsql.compression' => 'none', 'rustsql.compression_threshold' => '2K'];
foreach (each_lock($server) as $lock => $table) {
    foreach (['lz4', 'zstd'] as $compression) {
        $what = "$lock, $compression";
        $with = ['compression' => $compression];
        $fill = fn (int $bytes) => fn () => $_SESSION['v'] = str_repeat('x', $bytes);
        $table->request('large', $fill(3 << 20), [], $with);
        check(strlen($table->row('large')['data']) < 50_000, "$what: stored", strlen($table->row('large')['data']));
        same([3 << 20, (3 << 20) + 15], $table->request('large', fn () => [strlen($_SESSION['v']), RustSql\status()['bytes']]), "$what: read, without the setting");
        $table->request('large', $fill(4000), [], $with + ['max_size' => '3K']);
        one_warning(['rustsql.max_size is 3072', 'stored data stays'], warnings(), "$what: max_size");
        same(3 << 20, $table->request('large', fn () => strlen($_SESSION['v'])), "$what: stays");

        $random = random_bytes(5 << 18);
        $table->request('random', fn () => $_SESSION['v'] = $random, [], $with);
        one_warning(['max_allowed_packet', 'stored data stays'], warnings(), "$what: cannot be compressed, and too large");
        $table->request('random', fn () => $_SESSION['v'] = substr($random, 0, 10_000), [], $with);
        same(['0', 10_013], [$table->row('random')['format'], strlen($table->row('random')['data'])], "$what: cannot be compressed");
        foreach (['small' => 2047 - 12, 'enough' => 2048 - 12] as $id => $bytes) {
            $table->request($id, $fill($bytes), [], $with);
            same([$id === 'small', $bytes + 12], [$table->row($id)['format'] === '0', $table->request($id, fn () => RustSql\status()['bytes'])], "$what: $id");
        }
        foreach (['large', 'random', 'small', 'enough'] as $id) {
            $table->request($id, fn () => session_destroy());
        }
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
