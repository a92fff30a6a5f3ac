<?php
/*
 * Tests of encryption and compression. What php.ini alone may set needs a process of its own, so a test's code runs in one:
 *
 *     $key = key_file(KEY_ONE);
 *     echo run_with(['rustsql.encryption' => 'on', 'rustsql.encryption_key_file' => $key], <<<'CODE'
 *         foreach (each_lock() as $lock => $table) { ... }
 *         CODE);
 */

require_once __DIR__ . '/table.php';

const KEY_ONE = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const KEY_TWO = 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=';

/** A file of these lines, which is removed with the test. */
function key_file(string ...$lines): string
{
    $file = tempnam(sys_get_temp_dir(), 'key');
    register_shutdown_function(fn () => @unlink($file));
    file_put_contents($file, implode("\n", $lines) . "\n");
    return $file;
}

/** Runs a test's code in a process with these settings, and returns what it prints. */
function run_with(array $ini, string $code): string
{
    // php_command() itself adds 'session'.
    $ini['extension'] = array_diff(array_filter(explode(',', (string) getenv('RUSTSQL_TEST_MODULES'))), ['session']);
    $end = php_run('require "' . __FILE__ . "\"; $code", $ini, [], 300);
    return $end['out'] . $end['err'] . ($end['signal'] ? "killed by signal $end[signal]\n" : '');
}

/** Writes these stored values into the row of the session. */
function put_row(Table $table, string $id, array $row): void
{
    $table->update($id, "version = $row[version], format = $row[format], data = x'" . bin2hex($row['data']) . "'");
}

/** Ends another session while its own is open. */
final class Ender extends SessionHandler
{
    public ?bool $ended = null;

    public function __construct(private readonly string $id)
    {
    }

    public function write(string $id, string $data): bool
    {
        $this->ended = parent::destroy($this->id);
        return parent::write($id, $data);
    }
}

/** Checks that the session opens in no way, that each warning says so, and that the row stays. */
function refused(Table $table, string $id, string|array $parts, string $what): void
{
    $before = $table->frozen($id);
    foreach ([['use_strict_mode' => true], ['use_strict_mode' => false], ['read_and_close' => true]] as $options) {
        $how = "$what, " . json_encode($options);
        same(null, $table->request($id, fn () => $_SESSION = ['planted' => 1], $options), "$how: the session");
        one_warning([...(array) $parts, 'stored data stays'], warnings(), $how);
    }
    same($before, $table->frozen($id), "$what: the row");
}
