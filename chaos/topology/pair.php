<?php
/*
 * Two MariaDB servers with semi-synchronous replication: a commit is answered when the replica has it. When the primary
 * is killed for good the replica is promoted. The old primary may come back with its own data: nobody may read or write
 * there. Another server, made from nothing, becomes the replica.
 */

final class Pair extends Topology
{
    /** Nobody can wait so long for the replica that the primary would go on without it. */
    private const NEVER = '3600000';
    /** A new server repeats the whole history, which a long run makes long. */
    private const CATCH_UP_SECONDS = 240;

    private string $primary;
    private string $replica;
    private int $serverIds = 0;

    public function start(): void
    {
        $this->primary = '1';
        $this->replica = '2';
        foreach ([$this->primary, $this->replica] as $name) {
            $this->begin($name);
        }
        $this->query($this->primary, 'SET GLOBAL read_only = OFF');
        $this->replicate();
    }

    public function describe(): string
    {
        return $this->servers[$this->primary]->admin()->server_info . ', semi-synchronous';
    }

    public function faults(Dice $dice): array
    {
        return [
            'primary killed, replica promoted' => fn () => $this->promote($dice->between(0.0, 2.0), null),
            'replica promoted, primary back' => fn () => $this->promote($dice->between(0.0, 2.0), $dice->between(1.0, 4.0)),
            'primary killed' => fn () => $this->kill($this->primary, $dice->between(0.0, 2.0)),
            'primary stopped' => fn () => $this->suspend($this->primary, $dice->between(0.5, 5.0)),
            'replica killed' => fn () => $this->kill($this->replica, $dice->between(0.0, 2.0)),
            'connections used up' => fn () => $this->useUpConnections($this->primary, $dice->between(0.5, 2.0)),
        ];
    }

    public function heal(): void
    {
        parent::heal();
        Server::waitFor($this->isSafe(...), self::CATCH_UP_SECONDS);
    }

    private function begin(string $name): void
    {
        $this->add($name, Server::start('mariadb', self::OPTIONS + [
            // Whoever starts, or starts again, is a replica until it is told otherwise.
            'read_only' => 'ON', 'server_id' => (string) ++$this->serverIds,
            'log_bin' => 'binlog', 'log_slave_updates' => 'ON', 'gtid_strict_mode' => 'ON', 'sync_binlog' => '0', 'binlog_format' => 'ROW',
            'rpl_semi_sync_master_wait_point' => 'AFTER_SYNC', 'rpl_semi_sync_master_timeout' => self::NEVER,
            'rpl_semi_sync_slave_enabled' => 'ON', 'slave_net_timeout' => '4', 'slave_parallel_threads' => '4',
        ]));
    }

    /** Makes the replica follow the primary, and the primary wait for it, as soon as it has all there is. */
    private function replicate(): void
    {
        $port = $this->servers[$this->primary]->port;
        $this->query($this->replica, "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=$port, MASTER_USER='replica',
            MASTER_PASSWORD='replica-secret', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1");
        // Every server is made from the same data and has its whole history in its log: so a new one needs no copy.
        $this->query($this->primary, "CREATE USER IF NOT EXISTS replica@'127.0.0.1' IDENTIFIED BY 'replica-secret'");
        $this->query($this->primary, "GRANT REPLICATION SLAVE ON *.* TO replica@'127.0.0.1'");
        $this->query($this->replica, 'START SLAVE');
        $this->query($this->primary, 'SET GLOBAL rpl_semi_sync_master_enabled = ON');
        Server::waitFor($this->isSafe(...), self::CATCH_UP_SECONDS);
    }

    /** The primary waits for the replica, and what it did without has arrived there. */
    private function isSafe(): bool
    {
        $status = array_column($this->query($this->primary, "SHOW STATUS LIKE 'Rpl_semi_sync_master_%'"), 'Value', 'Variable_name');
        if ($status['Rpl_semi_sync_master_status'] !== 'ON' || $status['Rpl_semi_sync_master_clients'] < 1) {
            return false;
        }
        $position = $this->query($this->primary, 'SELECT @@gtid_binlog_pos AS p')[0]['p'];
        return $this->query($this->replica, "SELECT MASTER_GTID_WAIT('$position', 5) AS waited")[0]['waited'] === '0';
    }

    /** `$back`: seconds for which the old primary is there as it was left. */
    private function promote(float $seconds, ?float $back): Generator
    {
        // Killed before anything else is done: two primaries would be two histories.
        $this->away[$this->primary] = true;
        $this->servers[$this->primary]->kill();
        yield $seconds;
        [$this->primary, $this->replica] = [$this->replica, $this->primary];
        $this->query($this->primary, 'STOP SLAVE IO_THREAD');
        // All that the old primary has answered is in the relay log, if not yet in the tables.
        $received = $this->query($this->primary, 'SHOW SLAVE STATUS')[0]['Gtid_IO_Pos'];
        $this->query($this->primary, sprintf("SELECT MASTER_GTID_WAIT('%s', %d)", $received, self::CATCH_UP_SECONDS));
        $this->query($this->primary, 'STOP SLAVE');
        $this->query($this->primary, 'RESET SLAVE ALL');
        $this->query($this->primary, 'SET GLOBAL rpl_semi_sync_master_enabled = OFF');
        $this->query($this->primary, 'SET GLOBAL read_only = OFF');
        yield 0.5;
        if ($back !== null) {
            $this->servers[$this->replica]->restart();
            yield $back;
            $this->servers[$this->replica]->kill();
        }
        $this->begin($this->replica);
        $this->replicate();
        unset($this->away[$this->replica]);
    }

    private function kill(string $name, float $seconds): Generator
    {
        $this->away[$name] = true;
        $this->servers[$name]->kill();
        yield $seconds;
        $primary = $name === $this->primary;
        $this->servers[$name]->restart($primary ? ['rpl_semi_sync_master_enabled' => 'ON'] : []);
        if ($primary) {
            $this->query($name, 'SET GLOBAL read_only = OFF');
        }
        unset($this->away[$name]);
        Server::waitFor($this->isSafe(...), self::CATCH_UP_SECONDS);
    }

    private function query(string $name, string $sql): array
    {
        return $this->servers[$name]->query($sql);
    }
}
