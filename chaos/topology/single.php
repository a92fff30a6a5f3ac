<?php
/*
 * One server, MariaDB or MySQL: whatever happens to it, there is no other.
 */

final class Single extends Topology
{
    private const DISK = __DIR__ . '/../../target/test/run';
    private const DISK_SIZE = '400M';

    private bool $smallDisk = false;

    public function start(): void
    {
        // Not with MariaDB: where an UPDATE fails for want of space (error 1114), 10.11.19 itself may lose the row, with no
        // extension involved; the row is gone from the primary key and still in the others. DISK_FULL=1 does it all the same.
        if (getenv('CHAOS_MOUNTS') && ($this->flavour === 'mysql' || getenv('DISK_FULL'))) {
            @mkdir(self::DISK, 0777, true);
            exec('mount -t tmpfs -o size=' . self::DISK_SIZE . ' chaos ' . escapeshellarg(realpath(self::DISK)), result_code: $failed);
            $this->smallDisk = !$failed;
        }
        $this->add('1', Server::start($this->flavour, self::OPTIONS));
    }

    public function describe(): string
    {
        return $this->servers['1']->admin()->server_info . ($this->smallDisk ? '' : ' (no full disk)');
    }

    public function faults(Dice $dice): array
    {
        return [
            'server killed' => fn () => $this->kill($dice->between(0.0, 2.0)),
            'server stopped' => fn () => $this->suspend('1', $dice->between(0.5, 5.0)),
            'connections used up' => fn () => $this->useUpConnections('1', $dice->between(0.5, 2.0)),
        ] + ($this->smallDisk ? ['disk full' => fn () => $this->fillDisk($dice->between(0.5, 3.0))] : []);
    }

    public function end(): void
    {
        parent::end();
        if ($this->smallDisk) {
            exec('umount --lazy ' . escapeshellarg(realpath(self::DISK)));
        }
    }

    private function kill(float $seconds): Generator
    {
        $this->away['1'] = true;
        $this->servers['1']->kill();
        yield $seconds;
        $this->servers['1']->restart();
        unset($this->away['1']);
    }

    private function fillDisk(float $seconds): Generator
    {
        $ballast = self::DISK . '/ballast';
        exec('cat /dev/zero 2> /dev/null > ' . escapeshellarg($ballast));
        yield $seconds;
        unlink($ballast);
        try {
            $this->servers['1']->query('DO 0');
        } catch (mysqli_sql_exception) {
            // A server that cannot write its log may end itself. Whoever watches over it starts it again.
            $this->servers['1']->restart();
        }
    }
}
