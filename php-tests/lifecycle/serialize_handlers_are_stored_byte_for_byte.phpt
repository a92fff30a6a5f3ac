--TEST--
What is stored is the serialization of PHP, whatever serialize_handler made it
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$values = [
    'text' => "it's \"quoted\" \\ % _ \0 end", 'utf8' => "\u{e9}\u{1F600}", 'bytes' => implode('', array_map('chr', range(0, 255))),
    'list' => [1, 2.5, null, true], 'object' => new ArrayObject(['x' => 1]), 'empty' => '',
];
foreach (each_lock() as $lock => $table) {
    foreach (['php', 'php_binary', 'php_serialize'] as $handler) {
        ini_set('session.serialize_handler', $handler);
        $id = strtr($handler, '_', '-');
        $encoded = $table->request($id, function () use ($values) {
            $_SESSION = $values;
            return session_encode();
        });
        same($encoded, $table->row($id)['data'], "$lock, $handler: stored");
        same('0', $table->row($id)['format'], "$lock, $handler: format");
        same($encoded, $table->request($id, fn () => session_encode()), "$lock, $handler: read back");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
