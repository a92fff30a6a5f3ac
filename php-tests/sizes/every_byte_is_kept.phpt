--TEST--
Data of every byte, of any size, is read back as it was
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

ini_set('memory_limit', '512M');
$bytes = implode('', array_map('chr', range(0, 255)));
$values = [
    'nothing' => '', 'all bytes' => $bytes, 'not UTF-8' => "\xc3\x28\xff\xfe", 'half a character' => "\xf0\x9f",
    'quotes' => "'\"`'';--", 'backslashes' => "\\\\'\\0\\n\\", 'NULs' => "\0\0a\0", 'SQL' => "'); DROP TABLE x; -- ?",
    '70 KB of text' => str_repeat("caf\u{e9} 'x' ", 7000), '70 KB of bytes' => str_repeat($bytes, 280),
    // At about a megabyte the data takes another way to the server.
    'under 1 MB of bytes' => str_repeat($bytes, 4095), 'just under 1 MB' => str_repeat('x', (1 << 20) - 30), '1 MB' => str_repeat("\\'", 1 << 19),
    'over 1 MB of bytes' => str_repeat($bytes, 4200), 'over 1 MB of quotes' => str_repeat("\\'\0", 360000),
];
foreach ([...each_lock(), 'unlocked' => new Table('unlocked')] as $lock => $table) {
    foreach (['php', 'php_binary', 'php_serialize'] as $handler) {
        ini_set('session.serialize_handler', $handler);
        foreach ($values as $what => $value) {
            if ($handler !== 'php' && strlen($value) > 100_000) {
                continue; // the same again
            }
            $case = "$lock, $handler, $what";
            $encoded = $table->request('abc', function () use ($value) {
                $_SESSION = ['v' => $value];
                return session_encode();
            });
            check($encoded === $table->row('abc')['data'], "$case: stored");
            check(['v' => $value] === $table->request('abc'), "$case: read");
        }
        $table->request('abc', fn () => session_destroy());
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
