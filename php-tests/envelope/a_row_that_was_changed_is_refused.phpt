--TEST--
An encrypted row that was changed at any byte, truncated, moved, or given another version is refused, and stays
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$ini = ['rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => key_file(KEY_ONE), 'rustsql.compression_threshold' => '1'];
foreach (['none', 'lz4', 'zstd'] as $compression) {
    echo run_with($ini + ['rustsql.compression' => $compression], <<<'CODE'
        $damaged = 'stored session cannot be read';
        foreach (each_lock() as $lock => $table) {
            $what = "$lock, " . ini_get('rustsql.compression');
            $fill = fn (string $text) => fn () => $_SESSION['text'] = str_repeat($text, 5);
            $table->request('abc', $fill('secret'));
            $older = $table->row('abc');
            $table->request('abc', $fill('Secret'));
            $table->request('other', $fill('Other'));
            [$row, $other] = [$table->row('abc'), $table->row('other')];
            check($row['format'] > 15 && !str_contains($row['data'], 'Secret'), "$what: encrypted", $row);
            same(['text' => str_repeat('Secret', 5)], $table->request('abc'), "$what: opens");

            // Every byte changed, and every length.
            $data = $row['data'];
            for ($at = 0; $at < strlen($data); $at++) {
                $changed = $data;
                $changed[$at] = chr(ord($changed[$at]) ^ 1 << $at % 8);
                foreach (['changed' => $changed, 'length' => substr($data, 0, $at)] as $how => $bytes) {
                    put_row($table, 'abc', ['data' => $bytes] + $row);
                    // In each way once in a while.
                    if ($at % 16) {
                        $before = $table->frozen('abc');
                        same(null, $table->request('abc', fn () => $_SESSION = ['planted' => 1]), "$what: $how $at");
                        one_warning([$damaged, 'stored data stays'], warnings(), "$what: $how $at");
                        same($before, $table->frozen('abc'), "$what: the row, $how $at");
                    } else {
                        refused($table, 'abc', $damaged, "$what: $how $at");
                    }
                }
            }
            foreach ([0, 1, 2, 16, 17, 18] as $format) {
                if ($format != $row['format']) {
                    put_row($table, 'abc', ['format' => $format] + $row);
                    refused($table, 'abc', $damaged, "$what: format $format");
                }
            }
            foreach ([3, 19, 32, 255] as $format) {
                put_row($table, 'abc', ['format' => $format] + $row);
                refused($table, 'abc', "format $format, which this version cannot read", "$what: format $format");
            }
            put_row($table, 'abc', $other);
            refused($table, 'abc', $damaged, "$what: the row of another session");
            put_row($table, 'abc', ['data' => $older['data']] + $row);
            refused($table, 'abc', $damaged, "$what: an older copy under the newer version");

            // It can be ended.
            session_set_save_handler($ender = new Ender('abc'), true);
            $table->request('mine', fn () => $_SESSION['n'] = 1);
            session_module_name('rustsql');
            same(true, $ender->ended, "$what: ended");
            same(null, $table->row('abc'), "$what: gone");
            same(1, $table->request('mine', fn () => $_SESSION['n']), "$what: own session");

            // As it was, it opens; an older row as a whole, too, as after a backup was put back.
            $table->request('abc', $fill('new'));
            foreach (['Secret' => $row, 'secret' => $older] as $text => $whole) {
                put_row($table, 'abc', $whole);
                same(['text' => str_repeat($text, 5)], $table->request('abc'), "$what: opens again");
            }
            // Nothing is opened that has expired: a new session begins.
            put_row($table, 'abc', ['data' => 'x'] + $row);
            $table->update('abc', 'expires = UNIX_TIMESTAMP() - 1');
            same([], $table->request('abc'), "$what: expired");
            same([], warnings(), "$what: warnings");
        }
        CODE);
}
echo "done\n";
--EXPECT--
done
