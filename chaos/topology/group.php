<?php
/*
 * Three MySQL servers with Group Replication. One of them takes writes; when it is lost the others agree on another.
 */

final class Group extends Topology
{
    private const NODES = ['1', '2', '3'];
    private const NAME = '6a1f0f0e-6f0e-11ee-8c99-0242ac120002';

    /** @var array<string, int> ports for the group */
    private array $ports = [];

    public function start(): void
    {
        foreach (self::NODES as $name) {
            $this->ports[$name] = Server::freePort();
            $this->spaces[$name] = Space::make();
        }
        foreach (self::NODES as $name) {
            $this->begin($name);
            if ($name === '1') {
                $this->query($name, 'SET GLOBAL group_replication_bootstrap_group = ON');
                $this->query($name, 'START GROUP_REPLICATION');
                $this->query($name, 'SET GLOBAL group_replication_bootstrap_group = OFF');
                $this->query($name, "CREATE USER replica@'%' IDENTIFIED BY 'replica-secret'");
                $this->query($name, "GRANT REPLICATION SLAVE, BACKUP_ADMIN ON *.* TO replica@'%'");
            }
            $this->untilMember($name);
        }
    }

    public function describe(): string
    {
        return $this->servers['1']->admin()->server_info . ', Group Replication, three members';
    }

    public function faults(Dice $dice): array
    {
        $name = $dice->number(0, 2) ? $this->primary() : $dice->pick(self::NODES);
        return [
            'member killed' => fn () => $this->kill($name, $dice->between(0.0, 4.0)),
            'member stopped' => fn () => $this->stop($name, $dice->between(0.5, 9.0)),
            'connections used up' => fn () => $this->useUpConnections($this->primary(), $dice->between(0.5, 2.0)),
        ] + (isset($this->spaces[$name]) ? ['member in a minority' => fn () => $this->isolate($name, $dice->between(2.0, 12.0))] : []);
    }

    public function heal(): void
    {
        parent::heal();
        array_map($this->untilMember(...), self::NODES);
    }

    private function primary(): string
    {
        $id = $this->query('1', "SELECT member_id AS id FROM performance_schema.replication_group_members
            WHERE member_role = 'PRIMARY'")[0]['id'] ?? '';
        foreach (self::NODES as $name) {
            if ($this->id($name) === $id) {
                return $name;
            }
        }
        return '1';
    }

    private function id(string $name): string
    {
        return $this->query($name, 'SELECT @@server_uuid AS id')[0]['id'];
    }

    private function kill(string $name, float $seconds): Generator
    {
        $this->away[$name] = true;
        $this->servers[$name]->kill();
        yield $seconds;
        $this->within($name, $this->servers[$name]->restart(...));
        yield from $this->return($name);
    }

    private function stop(string $name, float $seconds): Generator
    {
        yield from $this->suspend($name, $seconds);
        yield from $this->return($name);
    }

    private function isolate(string $name, float $seconds): Generator
    {
        yield from $this->partition($name, $seconds);
        yield from $this->return($name);
    }

    private function return(string $name): Generator
    {
        $this->untilMember($name);
        unset($this->away[$name]);
        yield 0.0;
    }

    private function begin(string $name): void
    {
        $seeds = array_map(fn ($node) => $this->address($node) . ':' . $this->ports[$node], self::NODES);
        $this->add($name, $this->within($name, fn () => Server::start('mysql', self::OPTIONS + [
            'bind_address' => $this->address($name),
            'server_id' => $name, 'log_bin' => 'binlog', 'gtid_mode' => 'ON', 'enforce_gtid_consistency' => 'ON', 'sync_binlog' => '0',
            'report_host' => $this->address($name), 'plugin_load_add' => 'group_replication.so',
            'loose_group_replication_group_name' => self::NAME,
            'loose_group_replication_local_address' => $this->address($name) . ':' . $this->ports[$name],
            'loose_group_replication_group_seeds' => implode(',', $seeds),
            'loose_group_replication_ip_allowlist' => '127.0.0.0/8,' . Space::NETWORK,
            // Who starts is no member yet, and what it wrote would be its own history. START GROUP_REPLICATION lifts this for the primary.
            'super_read_only' => 'ON',
            'loose_group_replication_start_on_boot' => 'OFF', 'loose_group_replication_autorejoin_tries' => '0',
            // Who was left out stays readable, until 8.4 the default: whoever reads there reads what is out of date.
            'loose_group_replication_exit_state_action' => 'READ_ONLY',
            // Five seconds of silence, the shortest there is, and a member is left out.
            'loose_group_replication_member_expel_timeout' => '0',
            'loose_group_replication_recovery_get_public_key' => 'ON',
            'loose_group_replication_message_cache_size' => '134217728',
        ])));
    }

    /** Makes it a member again if the group left it out, and returns when all others see it so. */
    private function untilMember(string $name): void
    {
        $seen = '';
        $isMember = function () use ($name, &$seen): bool {
            try {
                $state = fn (string $seer): string => $this->query($seer, "SELECT member_state AS state
                    FROM performance_schema.replication_group_members WHERE member_id = '{$this->id($name)}'")[0]['state'] ?? 'OFFLINE';
                $others = array_map($state, array_diff(array_keys($this->servers), [$name]));
                $seen = "is {$state($name)}, for the others " . implode(', ', $others);
                // Not before they have left it out: it would wait a minute to be let in.
                if (in_array($state($name), ['OFFLINE', 'ERROR'], true) && !array_diff($others, ['OFFLINE'])) {
                    $this->query($name, 'STOP GROUP_REPLICATION');
                    $this->query($name, "START GROUP_REPLICATION USER = 'replica', PASSWORD = 'replica-secret'");
                }
                return array_unique([$state($name), ...$others]) === ['ONLINE'];
            } catch (mysqli_sql_exception $e) {
                $seen .= "; {$e->getMessage()}";
                if (str_contains($seen, 'not configured properly')) {
                    // A primary that was killed may have kept a transaction that the others never got, and that nobody
                    // was told of. It cannot come back: a server made from nothing takes its place, as an operator would have it.
                    $this->servers[$name]->kill();
                    $this->begin($name);
                }
                return false; // not yet: the group is just changing, say
            }
        };
        try {
            Server::waitFor($isMember, 40);
        } catch (RuntimeException) {
            $errors = preg_grep('/\[ERROR\]/', @file(dirname($this->servers[$name]->socket) . '/server.log') ?: []);
            throw new RuntimeException("server $name does not become a member of its group again: it $seen\n"
                . implode('', array_slice($errors, -5)));
        }
    }

    private function query(string $name, string $sql): array
    {
        return $this->servers[$name]->query($sql);
    }
}
