<?php
/*
 * A host with a network of its own: a network name space, joined by a pair of virtual interfaces to the one that the run
 * is in, which passes packets on between its hosts. Packets can be dropped on their way: a real blackhole, in which nobody
 * is told anything, and what is not confirmed is sent again and again.
 *
 * The run has a name space to itself (tools/chaos), so nothing of this is seen outside, and all of it vanishes with the run.
 */

final class Space
{
    /** The run, as its hosts see it, and its hosts. */
    public const RUN = '10.98.0.1';
    public const NETWORK = self::HOSTS . '0/24';
    private const HOSTS = '10.99.0.';
    private const O_CLOEXEC = 02000000;
    private const CLONE_NEWNET = 0x40000000;

    private static ?FFI $libc = null;
    private static int $home;
    private static int $count = 0;

    public readonly string $address;
    private readonly string $interface;
    private int $file;

    /** Prepares the run's own name space; says why there can be no others, or null. */
    public static function missing(): ?string
    {
        if (self::$libc || !getenv('CHAOS_SPACES') || !extension_loaded('ffi')) {
            return self::$libc ? null : 'needs root, name spaces and PHP with FFI';
        }
        try {
            self::ip('link set lo up');
            // What is to be dropped is looked up before the run's own addresses are.
            self::ip('rule add pref 100 lookup local');
            self::ip('rule del pref 0');
        } catch (RuntimeException $e) {
            return $e->getMessage();
        }
        if (!@file_put_contents('/proc/sys/net/ipv4/ip_forward', '1')) {
            return 'packets cannot be passed on here';
        }
        self::$libc = FFI::cdef('int open(const char *, int); int close(int); int unshare(int); int setns(int, int);');
        self::$home = self::current();
        return null;
    }

    public static function make(): ?self
    {
        return self::missing() === null ? new self : null;
    }

    private function __construct()
    {
        $number = ++self::$count;
        $this->address = self::HOSTS . $number;
        $this->interface = "host$number";
        $this->begin();
    }

    /** What this starts lives in the name space. */
    public function within(Closure $work): mixed
    {
        self::succeed(self::$libc->setns($this->file, self::CLONE_NEWNET));
        try {
            return $work();
        } finally {
            self::succeed(self::$libc->setns(self::$home, self::CLONE_NEWNET));
        }
    }

    /** Another host takes its address: nothing that is still to be sent leaves the old one, and nobody hears from it again. */
    public function replace(): void
    {
        $this->end();
        $this->begin();
    }

    public function end(): void
    {
        self::ip("link del $this->interface");
        self::$libc->close($this->file);
    }

    /** Nothing gets through between this host and the other ones (true), or the run (false), until they are joined again. */
    public function part(bool $hosts): void
    {
        foreach ($this->ways($hosts) as $way) {
            self::ip("rule add pref 10 $way blackhole");
        }
    }

    public function join(bool $hosts): void
    {
        foreach ($this->ways($hosts) as $way) {
            self::ip("rule del pref 10 $way blackhole");
        }
    }

    private function ways(bool $hosts): array
    {
        $others = $hosts ? self::NETWORK : self::RUN;
        return ["from $this->address to $others", "from $others to $this->address"];
    }

    private function begin(): void
    {
        self::succeed(self::$libc->unshare(self::CLONE_NEWNET));
        $this->file = self::current();
        self::$libc->setns(self::$home, self::CLONE_NEWNET);
        self::ip("link add $this->interface type veth peer name eth0 netns /proc/" . getmypid() . "/fd/$this->file");
        self::ip('addr add ' . self::RUN . " peer $this->address/32 dev $this->interface");
        self::ip("link set $this->interface up");
        $this->within(function (): void {
            self::ip('link set lo up');
            self::ip("addr add $this->address peer " . self::RUN . '/32 dev eth0');
            self::ip('link set eth0 up');
            self::ip('route add ' . self::NETWORK . ' via ' . self::RUN);
            // The kernel takes its time to say so, and Group Replication uses no interface that is not said to be up.
            Server::waitFor(fn () => str_contains(self::ip('link show dev eth0'), 'state UP'));
        });
    }

    private static function current(): int
    {
        return self::succeed(self::$libc->open('/proc/self/ns/net', self::O_CLOEXEC));
    }

    private static function succeed(int $result): int
    {
        return $result >= 0 ? $result : throw new RuntimeException('a network name space cannot be made or entered');
    }

    private static function ip(string $arguments): string
    {
        exec("ip $arguments 2>&1 < /dev/null", $output, $status);
        if ($status !== 0) {
            throw new RuntimeException("ip $arguments: " . implode(' ', $output));
        }
        return implode("\n", $output);
    }
}
