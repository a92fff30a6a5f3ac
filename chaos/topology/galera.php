<?php
/*
 * A cluster of three nodes of MariaDB with Galera. Each takes writes, and each web host has all three in its DSN.
 */

final class Galera extends Topology
{
    private const NODES = ['1', '2', '3'];
    /** A node that is silent for two seconds is left out. Nothing here is far away. */
    private const PROVIDER = 'evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.25S;evs.suspect_timeout=PT2S;'
        . 'evs.inactive_timeout=PT4S;evs.install_timeout=PT4S;evs.delayed_keep_period=PT5S;gmcast.peer_timeout=PT2S;'
        . 'gcache.size=64M;gcache.page_size=16M;socket.ssl=no';

    /** @var array<string, array{int, int, int}> ports for the group, for what a node missed, and for a whole copy */
    private array $ports = [];

    public function start(): void
    {
        foreach (self::NODES as $name) {
            $this->ports[$name] = [Server::freePort(), Server::freePort(), Server::freePort()];
            $this->spaces[$name] = Space::make();
        }
        foreach (self::NODES as $name) {
            $options = $this->options($name);
            if ($name === '1') {
                // It begins the cluster. Whenever it is restarted it looks for the others.
                $options['wsrep_cluster_address'] = 'gcomm://';
            }
            $this->add($name, $this->within($name, fn () => Server::start('mariadb', $options)));
            $this->untilReady($name);
        }
    }

    public function describe(): string
    {
        $version = $this->servers['1']->query("SHOW STATUS LIKE 'wsrep_provider_version'")[0]['Value'];
        return $this->servers['1']->admin()->server_info . ", Galera $version, three nodes";
    }

    public function faults(Dice $dice): array
    {
        // The first of the DSN is the one that most requests use.
        $node = $dice->pick(['1', '1', '2', '3']);
        return [
            'node killed' => fn () => $this->kill($node, $dice->between(0.0, 4.0)),
            'node stopped' => fn () => $this->comeBack($node, $this->suspend($node, $dice->between(0.5, 6.0))),
            'node in a minority' => fn () => $this->comeBack($node, $this->isolate($node, $dice->between(3.0, 7.0))),
            'connections used up' => fn () => $this->useUpConnections($node, $dice->between(0.5, 2.0)),
        ];
    }

    public function heal(): void
    {
        parent::heal();
        array_map($this->untilReady(...), self::NODES);
    }

    private function options(string $name): array
    {
        [$group, $transfer, $copy] = $this->ports[$name];
        $addresses = array_map(fn ($node) => $this->address($node) . ':' . $this->ports[$node][0], self::NODES);
        $address = $this->address($name);
        return self::OPTIONS + [
            'bind_address' => $address,
            'wsrep_on' => 'ON', 'wsrep_provider' => getenv('GALERA'), 'binlog_format' => 'ROW', 'innodb_autoinc_lock_mode' => '2',
            'wsrep_node_name' => "node$name", 'wsrep_node_address' => "$address:$group", 'wsrep_slave_threads' => '2',
            'wsrep_sst_method' => 'chaos', 'wsrep_sst_receive_address' => "$address:$copy",
            'wsrep_cluster_address' => 'gcomm://' . implode(',', $addresses),
            'wsrep_provider_options' => self::PROVIDER . ";gmcast.listen_addr=tcp://$address:$group;ist.recv_addr=$address:$transfer",
        ];
    }

    private function untilReady(string $name): void
    {
        Server::waitFor(function () use ($name): bool {
            $status = array_column($this->servers[$name]->query("SHOW STATUS LIKE 'wsrep_%'"), 'Value', 'Variable_name');
            return $status['wsrep_ready'] === 'ON' && $status['wsrep_cluster_status'] === 'Primary'
                && $status['wsrep_local_state_comment'] === 'Synced';
        }, 60);
    }

    private function kill(string $name, float $seconds): Generator
    {
        $this->away[$name] = true;
        $server = $this->servers[$name];
        $server->kill();
        yield $seconds;
        // After a crash only InnoDB knows how far this node had come. The others send it what it missed.
        preg_match('/Recovered position:\s*(\S+:\d+)/', $server->output('--wsrep-recover'), $position);
        $options = $this->options($name);
        $this->within($name, fn () => $server->restart(['wsrep_cluster_address' => $options['wsrep_cluster_address']]
            + ($position ? ['wsrep_start_position' => $position[1]] : [])));
        $this->untilReady($name);
        unset($this->away[$name]);
    }

    /** The node sees nobody, and the other two leave it out. */
    private function isolate(string $name, float $seconds): Generator
    {
        if (isset($this->spaces[$name])) {
            return yield from $this->partition($name, $seconds);
        }
        $server = $this->servers[$name];
        $server->query("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'");
        yield $seconds;
        $server->query("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'");
    }

    private function comeBack(string $name, Generator $fault): Generator
    {
        yield from $fault;
        $this->untilReady($name);
    }
}
