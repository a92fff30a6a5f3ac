--TEST--
`on` reads plain sessions and encrypts them, `required` refuses them; new sessions begin in each lock mode
--FILE--
<?php
require __DIR__ . '/../inc/envelope.php';

$ini = ['rustsql.encryption_key_file' => key_file(KEY_ONE)];
echo run_with($ini + ['rustsql.encryption' => 'on'], <<<'CODE'
    foreach (each_lock() as $lock => $table) {
        $table->create();
        $table->request('abc', fn () => $_SESSION['n'] = 1);
        put_row($table, 'abc', ['version' => 5 << 40, 'format' => 0, 'data' => 'n|i:7;']);
        same(7, $table->request('abc', fn () => $_SESSION['n']), "$lock: plain data is read");
        same('0', $table->row('abc')['format'], "$lock: unchanged, it stays");
        $table->request('abc', fn () => $_SESSION['n']++);
        same('16', $table->row('abc')['format'], "$lock: changed, it is encrypted");
        same(8, $table->request('abc', fn () => $_SESSION['n']), "$lock: and read");
        same([], warnings(), "$lock: warnings");
    }
    CODE);
echo run_with($ini + ['rustsql.encryption' => 'required'], <<<'CODE'
    foreach (each_lock() as $lock => $table) {
        foreach ([false, true] as $strict) {
            same(1, $table->request('new', fn () => $_SESSION['n'] ??= 1, ['use_strict_mode' => $strict]), "$lock: a new session");
        }
        ini_set('session.use_strict_mode', '0');
        $table->request('abc', fn () => session_regenerate_id() && $_SESSION['n'] = 2);
        same(2, $table->request(session_id(), fn () => $_SESSION['n']), "$lock: another id");
        $table->request('empty');
        same(['16', 56], [$table->row('empty')['format'], strlen($table->row('empty')['data'])], "$lock: an empty session");
        $table->request('abc', fn () => $_SESSION['n'] = 1);
        same([], warnings(), "$lock: warnings");
        foreach ([['0', 'n|i:7;'], ['0', ''], ['2', 'n|i:7;']] as [$format, $data]) {
            put_row($table, 'abc', ['version' => 5 << 40, 'format' => $format, 'data' => $data]);
            refused($table, 'abc', ['not encrypted', 'rustsql.encryption is required'], "$lock: plain, format $format");
        }
    }
    CODE);
echo "done\n";
--EXPECT--
done
