--TEST--
After an invalid or an additional answer, a kept connection never gives an old answer or an empty session to the next request
--FILE--
<?php
require __DIR__ . '/../inc/liar.php';
require __DIR__ . '/../inc/table.php';

$ok = "\0\0\0\2\0\0\0";
$lies = [
    'one answer too many' => ['kind' => 'twice', 'where' => 'head', 'at' => 1, 'every' => 1],
    'an empty packet' => ['kind' => 'empty', 'where' => 'head', 'at' => 1],
    'an empty packet in place of a row' => ['kind' => 'empty', 'where' => 'row', 'at' => 1],
    'empty packets from the second on' => ['kind' => 'empty', 'at' => 2, 'every' => 1],
    'an answer that ends too early' => ['kind' => 'ok', 'where' => 'head', 'at' => 1, 'bytes' => $ok],
    'no columns' => ['kind' => 'columns', 'where' => 'head', 'at' => 1, 'bytes' => $ok],
    'fewer columns' => ['kind' => 'columns', 'where' => 'head', 'at' => 1, 'bytes' => "\1"],
    'a row of nothing' => ['kind' => 'columns', 'where' => 'row', 'at' => 1, 'bytes' => str_repeat("\xfb", 8)],
];
foreach (each_lock() as $lock => $table) {
    $liar = new Liar($table->server);
    $dsn = $liar->dsn(http_build_query(['table' => $table->name, 'lock' => $lock, 'persistent' => 1, 'io_timeout' => 1, 'lock_timeout' => 10, 'retry_after' => 0]));
    $request = function (array $options = []) use ($dsn): ?int {
        session_save_path($dsn);
        session_id('abc');
        if (!session_start($options)) {
            return null;
        }
        $n = $_SESSION['n'] ?? 0;
        $_SESSION['n'] = $n + 1;
        empty($options) && session_write_close();
        return $n;
    };
    $n = 0;
    foreach ([[], ['read_and_close' => true]] as $options) {
        foreach ($lies as $what => $lie) {
            $what = "$lock, $what" . ($options ? ', read without a lock' : '');
            $n += $request() === $n ? 1 : print "$what: before\n";
            $liar->lie($lie);
            $read = $request($options);
            same(true, (bool) $liar->lies(), "$what: was told");
            // Either it failed, and was told so, or a new connection has mended it.
            check($read === $n || $read === null && ours(), "$what: read", $read);
            warnings();
            $n = (int) preg_replace('~\D~', '', $table->row('abc')['data']);
            same($n, $request(), "$what: the next request");
            same("n|i:" . ++$n . ';', $table->row('abc')['data'], "$what: stored by the next request");
            same([], warnings(), "$what: warnings of the next request");
        }
    }
}
echo "done\n";
--EXPECT--
done
