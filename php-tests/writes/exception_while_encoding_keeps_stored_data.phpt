--TEST--
A value that throws while it is serialized does not cut the stored session short
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

final class Throwing
{
    public function __serialize(): array
    {
        throw new LogicException('not me');
    }
}

$values = ['closure' => fn () => fn () => 1, 'object' => fn () => new Throwing, 'generator' => fn () => (fn () => yield 1)()];
foreach (each_lock() as $lock => $table) {
    foreach (['php', 'php_binary', 'php_serialize'] as $handler) {
        ini_set('session.serialize_handler', $handler);
        $id = strtr($handler, '_', '-');
        $table->request($id, fn () => $_SESSION = ['a' => 1, 'z' => 2]);
        $before = $table->frozen($id);
        foreach ($values as $what => $make) {
            $case = "$lock, $handler, $what";
            $caught = 'nothing';
            try {
                $table->request($id, fn () => $_SESSION = ['a' => 'changed', 'b' => $make(), 'z' => 'changed']);
            } catch (Exception $e) {
                $caught = $e->getMessage();
            }
            has($what === 'object' ? 'not me' : 'is not allowed', $caught, "$case: the exception");
            one_warning(['not written', 'exception', 'stored data stays'], warnings(), $case);
            same($before, $table->frozen($id), "$case: the row");
            if (session_status() === PHP_SESSION_ACTIVE) {
                session_abort();
            }
        }
        same(['a' => 1, 'z' => 2], $table->request($id, fn () => [$_SESSION, $_SESSION['a'] = 3][0]), "$lock, $handler: the next request");
        same(['a' => 3, 'z' => 2], $table->request($id), "$lock, $handler: its write");
        same([], warnings(), "$lock, $handler: warnings");
    }
}
echo "done\n";
--EXPECT--
done
