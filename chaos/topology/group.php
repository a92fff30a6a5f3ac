<?php
/*
 * Three MySQL servers with Group Replication. One of them takes writes; when it is lost the others agree on another.
 */

final class Group extends Topology
{
    private const NODES = ['1', '2', '3'];
    /** For all to be members: one may be made from nothing. */
    private const JOIN_SECONDS = 120;
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
            $this->untilMembers();
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
        $this->untilMembers();
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
        $this->untilMembers();
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

    /** Makes each a member again that the group has left out, and returns when all see all as members. */
    private function untilMembers(): void
    {
        $states = [];
        try {
            Server::waitFor(function () use (&$states): bool {
                $names = array_keys($this->servers);
                $states = array_combine($names, array_map($this->states(...), $names));
                foreach ($names as $name) {
                    if ($this->isLeftOut($name, $states)) {
                        $this->joinAgain($name);
                    }
                }
                return array_unique(array_merge(...array_map(array_values(...), array_values($states)))) === ['ONLINE'];
            }, self::JOIN_SECONDS);
        } catch (RuntimeException) {
            $errors = array_map(fn ($server) => preg_grep('/\[ERROR\]/', @file(dirname($server->socket) . '/server.log') ?: []), $this->servers);
            throw new RuntimeException('not all are members of the group again, as each sees it: ' . json_encode($states) . "\n"
                . implode('', array_merge(...array_map(fn ($lines) => array_slice($lines, -5), array_values($errors)))));
        }
    }

    /** @return array<string, string> of each server, as this one sees it; it does not see those that are not in its group */
    private function states(string $seer): array
    {
        try {
            $states = array_column($this->query($seer, 'SELECT member_id, member_state FROM performance_schema.replication_group_members'),
                'member_state', 'member_id');
            return array_map(fn ($name) => $states[$this->id($name)] ?? 'OFFLINE', array_combine($names = array_keys($this->servers), $names));
        } catch (mysqli_sql_exception $e) {
            return [$seer => $e->getMessage()]; // the group is just changing, say
        }
    }

    /** Not before the members have left it out: it would wait a minute to be let in. */
    private function isLeftOut(string $name, array $states): bool
    {
        $members = array_filter($states, fn ($seen, $seer) => ($seen[$seer] ?? '') === 'ONLINE', ARRAY_FILTER_USE_BOTH);
        return in_array($states[$name][$name] ?? '', ['OFFLINE', 'ERROR'], true)
            && array_unique(array_column($members, $name)) === ['OFFLINE'];
    }

    private function joinAgain(string $name): void
    {
        try {
            $this->query($name, 'STOP GROUP_REPLICATION');
            $this->query($name, "START GROUP_REPLICATION USER = 'replica', PASSWORD = 'replica-secret'");
        } catch (mysqli_sql_exception $e) {
            if (str_contains($e->getMessage(), 'not configured properly')) {
                // A primary that was killed may have kept a transaction that the others never got, and that nobody
                // was told of. It cannot come back: a server made from nothing takes its place, as an operator would have it.
                $this->servers[$name]->kill();
                $this->begin($name);
            }
        }
    }

    private function query(string $name, string $sql): array
    {
        return $this->servers[$name]->query($sql);
    }
}
