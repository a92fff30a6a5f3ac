<?php
/*
 * What the steps use: save handlers that wrap the one under test, as frameworks do, and objects to be stored.
 */

/** Writes down each call, and lets it through. */
class Recording extends SessionHandler
{
    public function open(string $path, string $name): bool
    {
        Observer::say('call', "open $name");
        return parent::open($path, $name);
    }

    public function close(): bool
    {
        Observer::say('call', 'close');
        return parent::close();
    }

    public function create_sid(): string
    {
        $id = parent::create_sid();
        Observer::say('call', "create_sid $id", $id);
        return $id;
    }

    public function read(string $id): string|false
    {
        $data = parent::read($id);
        Observer::say('call', "read $id: " . Observer::dump($data), $id);
        return $data;
    }

    public function write(string $id, string $data): bool
    {
        $written = parent::write($id, $data);
        Observer::say('call', "write $id " . Observer::dump($data) . ': ' . Observer::dump($written), $id);
        return $written;
    }

    public function destroy(string $id): bool
    {
        Observer::say('call', "destroy $id", $id);
        return parent::destroy($id);
    }

    public function gc(int $lifetime): int|false
    {
        $count = parent::gc($lifetime);
        Observer::say('call', 'gc: ' . Observer::dump($count));
        return $count;
    }
}

/** Changes what is stored, as one that encrypts. */
class Reversing extends SessionHandler
{
    public function read(string $id): string|false
    {
        return strrev((string) parent::read($id));
    }

    public function write(string $id, string $data): bool
    {
        return parent::write($id, strrev($data));
    }
}

/** As Symfony's: answers strict mode by reading, and does not keep an empty session. */
class Strict implements SessionHandlerInterface, SessionIdInterface, SessionUpdateTimestampHandlerInterface
{
    private SessionHandler $inner;
    private array $read = [];

    public function __construct()
    {
        $this->inner = new SessionHandler;
    }

    public function open(string $path, string $name): bool
    {
        return $this->inner->open($path, $name);
    }

    public function close(): bool
    {
        return $this->inner->close();
    }

    public function create_sid(): string
    {
        return $this->inner->create_sid();
    }

    public function validateId(string $id): bool
    {
        Observer::say('call', "validateId $id", $id);
        $this->read = [$id => $this->inner->read($id)];
        return $this->read[$id] !== '' && $this->read[$id] !== false;
    }

    public function read(string $id): string|false
    {
        $data = $this->read[$id] ?? $this->inner->read($id);
        $this->read = [];
        return $data;
    }

    public function updateTimestamp(string $id, string $data): bool
    {
        return $this->inner->write($id, $data);
    }

    public function write(string $id, string $data): bool
    {
        return $data === '' ? $this->inner->destroy($id) : $this->inner->write($id, $data);
    }

    public function destroy(string $id): bool
    {
        return $this->inner->destroy($id);
    }

    public function gc(int $lifetime): int|false
    {
        return $this->inner->gc($lifetime);
    }
}

/** Throws where it is told to. */
class Throwing extends SessionHandler
{
    public function __construct(private string $where)
    {
    }

    public function read(string $id): string|false
    {
        return $this->where === 'read' ? throw new Exception('read') : parent::read($id);
    }

    public function write(string $id, string $data): bool
    {
        return $this->where === 'write' ? throw new Exception('write') : parent::write($id, $data);
    }

    public function close(): bool
    {
        parent::close();
        return $this->where === 'close' ? throw new Exception('close') : true;
    }
}

class Thing
{
    public mixed $public = 1;
    protected array $protected = ['x' => 1.5];
    private ?Thing $private = null;
}

/** Is asked when it is stored and when it comes back. */
class Sleeper
{
    public int $slept = 0;
    public int $woke = 0;

    public function __serialize(): array
    {
        return [$this->slept + 1, $this->woke];
    }

    public function __unserialize(array $data): void
    {
        [$this->slept, $this->woke] = [$data[0], $data[1] + 1];
    }
}

/** Cannot be stored, or does not come back. */
class Grumpy
{
    public function __construct(public string $when)
    {
    }

    public function __serialize(): array
    {
        return $this->when === 'stored' ? throw new Exception('not to be stored') : [$this->when];
    }

    public function __unserialize(array $data): void
    {
        throw new Exception('does not come back');
    }
}

/** Does something at the end of the request. */
class AtTheEnd
{
    public function __construct(private Closure $does)
    {
    }

    public function __destruct()
    {
        ($this->does)();
    }
}
