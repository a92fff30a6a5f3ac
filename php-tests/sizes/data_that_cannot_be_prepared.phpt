--TEST--
If the server or a proxy cannot prepare statements, data of any size is written as text
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/proxy.php';

const PREPARE = 0x16;
$server = Server::start(null, ['max_prepared_stmt_count' => '0', 'max_allowed_packet' => '1M']);
$ways = ['1461 of the server' => $server];
foreach ([1047, 1235, 1295] as $error) {
    $ways["$error of a proxy"] = new Proxy($server, [], [PREPARE => $error]);
}
$bytes = implode('', array_map('chr', range(0, 255)));
foreach ($ways as $what => $way) {
    foreach ($way === $server ? ['advisory', 'row', 'unlocked'] : ['row'] as $lock) {
        $table = new Table($lock, [], $server);
        foreach (['0', '1'] as $persistent) {
            $dsn = $way->dsn("table=$table->name&lock=$lock&persistent=$persistent");
            foreach (['a little', 'more', '17 KB' => $bytes, '400 KB' => $bytes, '900 KB' => 'text'] as $size => $value) {
                $value = is_int($size) ? $value : substr(str_repeat($value, 250_000), 0, 1000 * (int) $size);
                foreach ([fn () => $_SESSION['v'] = $value, fn () => check(['v' => $value] === $_SESSION, "$what, $lock, $persistent, $size: read")] as $request) {
                    session_save_path($dsn);
                    session_id("abc$persistent");
                    check(session_start(), "$what, $lock, $persistent, $size");
                    $request();
                    session_write_close();
                }
            }
            same([], warnings(), "$what, $lock, $persistent: warnings");
        }
        // As text it would be larger than a packet may be.
        $data = str_repeat($bytes, 2400);
        session_id('abc1');
        session_start();
        $_SESSION['v'] = $data;
        session_write_close();
        $parts = str_starts_with($what, '1461') ? ['1461', 'max_prepared_stmt_count'] : [strtok($what, ' ')];
        if ($what[3] !== '7') { // 1047 is what a node without its cluster says.
            one_warning($parts, warnings(), "$what, $lock: too large for a text");
        }
        warnings();
        check($value === $table->request('abc1')['v'], "$what, $lock: what was stored stays");
    }
}
echo "done\n";
?>
--EXPECT--
done
