--TEST--
A wrapped SessionHandler, as frameworks have it, reads, writes and leaves unchanged data alone
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

/** As Magento and Drupal do it. */
class Subclass extends SessionHandler
{
    public function read(string $id): string|false
    {
        return (string) parent::read($id);
    }

    public function write(string $id, string $data): bool
    {
        return parent::write($id, $data);
    }
}

/** As Symfony does it. */
class Proxy implements SessionHandlerInterface
{
    private SessionHandler $handler;

    public function __construct()
    {
        $this->handler = new SessionHandler;
    }

    public function open(string $path, string $name): bool
    {
        return $this->handler->open($path, $name);
    }

    public function close(): bool
    {
        return $this->handler->close();
    }

    public function read(string $id): string|false
    {
        return $this->handler->read($id);
    }

    public function write(string $id, string $data): bool
    {
        return $this->handler->write($id, $data);
    }

    public function destroy(string $id): bool
    {
        return $this->handler->destroy($id);
    }

    public function gc(int $max_lifetime): int|false
    {
        return $this->handler->gc($max_lifetime);
    }
}

foreach (each_lock() as $lock => $table) {
    foreach ([new SessionHandler, new Subclass, new Proxy] as $handler) {
        $case = "$lock, " . $handler::class;
        session_set_save_handler($handler, true);
        $table->request('abc', fn () => $_SESSION['n'] = 1);
        $stored = $table->frozen('abc');
        same('n|i:1;', $stored['data'] ?? null, "$case: stored");

        $table->request('abc', fn () => same(['n' => 1], $_SESSION, "$case: read"));
        same($stored, $table->frozen('abc'), "$case: unchanged");

        $table->request('abc', fn () => $_SESSION['n']++);
        same('n|i:2;', $table->row('abc')['data'], "$case: changed");
        same(($stored['version'] >> MARK_BITS) + 1, $table->row('abc')['version'] >> MARK_BITS, "$case: counter");

        $new = $table->request('abc', fn () => session_regenerate_id(true) ? session_id() : '');
        same('n|i:2;', $table->row($new)['data'] ?? null, "$case: regenerated");
        same(null, $table->row('abc'), "$case: the old row");

        $table->request($new, fn () => session_destroy());
        same(null, $table->row($new), "$case: destroyed");
    }
}
// PHP 8.6 names what such a class lacks.
same([], array_values(preg_grep('~required in PHP 9|is deprecated~', warnings(), PREG_GREP_INVERT)), 'warnings');
echo "done\n";
--EXPECT--
done
