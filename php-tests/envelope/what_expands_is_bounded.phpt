--TEST--
Compressed data that would expand to more than memory_limit leaves, or to more than it says, is refused before it takes memory
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

/** A frame of zstd with so many bytes of one kind, in 30 KB. */
function zstd_bomb(int $size): string
{
    $frame = "\x28\xb5\x2f\xfd\xa0" . pack('V', $size);
    for ($left = $size; $left > 0; $left -= $block) {
        $block = min($left, 128 << 10);
        $frame .= substr(pack('V', $block << 3 | 1 << 1 | ($left === $block ? 1 : 0)), 0, 3) . 'x';
    }
    return $frame;
}

/** A block of lz4 with so many bytes of one kind: one byte, repeated, and five at the end. */
function lz4_bomb(int $size): string
{
    $length = $size - 6 - 4 - 15;
    return "\x1fx\x01\x00" . str_repeat("\xff", intdiv($length, 255)) . chr($length % 255) . "\x50xxxxx";
}

const HUGE = 900 << 20;
// In megabytes: the largest that the process was, beside the empty process.
const BESIDE = '$size = fn () => (int) preg_filter("~.*^VmHWM:\s+(\d+).*~ms", "$1", file_get_contents("/proc/self/status")) >> 10;
    $empty = $size(); session_id("abc"); echo session_start() ? "started" : "not started"; session_abort(); echo " ", $size() - $empty;';

foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['n'] = 1);
    $version = $table->row('abc')['version'];
    $put = function (int $format, int $says, string $data) use ($table, $version) {
        put_row($table, 'abc', ['version' => $version, 'format' => $format, 'data' => pack('V', $says) . $data]);
        return $table->frozen('abc');
    };
    $started = fn (string $limit, string $what) => preg_match('~^((?:not )?started) (\d+)$~m', $out = php_run(BESIDE, $table->ini(['memory_limit' => $limit]))['out'], $is)
        ? [$is[1], (int) $is[2], $out] : throw new Error("$what: $out");
    foreach ([1 => lz4_bomb(...), 2 => zstd_bomb(...)] as $format => $bomb) {
        foreach (['64M', '-1'] as $limit) {
            // What no memory_limit bounds has another bound: a gigabyte.
            $huge = $limit === '-1' ? (1 << 30) + 1 : HUGE;
            foreach (['as it is' => [$huge, 'expands to ' . $huge . ' bytes, and memory_limit leaves'], 'less than it is' => [1000, 'its data is damaged']] as $what => [$says, $part]) {
                $what = "$lock, format $format, limit $limit, it says $what";
                $before = $put($format, $says, $bomb($huge));
                [$is, $megabytes, $out] = $started($limit, $what);
                same('not started', $is, $what);
                one_warning([$part, 'stored data stays'], $out, $what);
                check($megabytes < 100, "$what: megabytes", $megabytes);
                same($before, $table->frozen('abc'), "$what: the row");
            }
        }
        foreach (['more than it is' => 50 << 20, 'nothing' => 0] as $what => $says) {
            $before = $put($format, $says, $bomb(1 << 20));
            refused($table, 'abc', 'its data is damaged', "$lock, format $format, it says $what");
        }
        // A bomb is a session as any other, if it fits.
        $data = 'a|s:1048000:"' . str_repeat('x', 1_048_000) . '";';
        $table->request('big', fn () => $_SESSION['a'] = str_repeat('x', 1_048_000), [], ['compression' => [1 => 'lz4', 'zstd'][$format]]);
        same((string) $format, $table->row('big')['format'], "$lock, format $format: big");
        check(strlen($table->row('big')['data']) < 8000, "$lock, format $format: stored", strlen($table->row('big')['data']));
        same(1_048_000, $table->request('big', fn () => strlen($_SESSION['a'])), "$lock, format $format: read");
        $table->request('big', fn () => session_destroy());
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
