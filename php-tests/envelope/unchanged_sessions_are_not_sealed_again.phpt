--TEST--
An unchanged session is not encrypted or compressed again, also through a wrapping handler; its expiry is updated, and it can be read
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$ini = ['rustsql.encryption' => 'required', 'rustsql.encryption_key_file' => key_file(KEY_ONE), 'rustsql.compression' => 'zstd', 'rustsql.compression_threshold' => '1'];
echo run_with($ini, <<<'CODE'
    foreach (each_lock() as $lock => $table) {
        foreach (['small' => 100, 'large' => 3 << 20] as $id => $bytes) {
            $text = base64_encode(random_bytes($bytes));
            $table->request($id, fn () => $_SESSION['text'] = $text);
            foreach (['rustsql', new SessionHandler] as $handler) {
                is_string($handler) ? session_module_name($handler) : session_set_save_handler($handler, true);
                foreach (['0', '1'] as $lazy) {
                    $before = $table->frozen($id);
                    same($text, $table->request($id, fn () => $_SESSION['text'], ['lazy_write' => $lazy]), "$lock, $id: read");
                    same($before, $table->frozen($id), "$lock, $id, lazy_write = $lazy: nothing is written");
                }
                $table->update($id, 'expires = expires - 600');
                $expires = $table->row($id)['expires'];
                same($text, $table->request($id, fn () => $_SESSION['text']), "$lock, $id: touched");
                $after = $table->frozen($id);
                check($after['expires'] > $expires, "$lock, $id: the expiry moves", $after['expires'] - $expires);
                same(array_diff_key($before, ['expires' => 0, 'used' => 0]), array_diff_key($after, ['expires' => 0, 'used' => 0]), "$lock, $id: the rest stays");
            }
            session_module_name('rustsql');
            $table->request($id, fn () => $_SESSION['text'] .= 'x');
            check($table->row($id)['data'] !== $before['data'], "$lock, $id: changed");
        }
    }
    same([], warnings(), 'warnings');
    CODE);
echo "done\n";
--EXPECT--
done
