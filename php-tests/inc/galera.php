<?php
/*
 * A cluster of three MariaDB nodes on loopback.
 *
 *     $nodes = Galera::start();
 *     $nodes[2]->kill();
 *     Galera::awaitSize($nodes[0], 2);
 *
 * A test that uses it begins with: --SKIPIF-- require inc/galera.php; Galera::skip();
 */

require_once __DIR__ . '/server.php';

final class Galera
{
    private const PROVIDERS = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so', '/usr/lib64/galera/libgalera_smm.so'];
    /** The cluster detects a dead node within two seconds. */
    private const TIMEOUTS = 'evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;evs.suspect_timeout=PT1S;'
        . 'evs.inactive_timeout=PT2S;evs.install_timeout=PT2S;pc.announce_timeout=PT1S;pc.recovery=false;gcache.size=16M';

    /** For --SKIPIF--: prints why a cluster cannot be started. */
    public static function skip(): void
    {
        if (getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql') {
            echo 'skip Galera is tested with MariaDB, whose package it comes with';
        } elseif (!self::provider()) {
            echo 'skip no Galera library: run tools/deps';
        }
    }

    /** @return Server[] synchronized nodes, three at most */
    public static function start(int $size = 3): array
    {
        // The nodes find the script wsrep_sst_copy there.
        putenv('PATH=' . __DIR__ . '/galera:' . getenv('PATH'));
        $ports = array_map(fn () => Server::freePort(), range(1, 6));
        $address = 'gcomm://' . implode(',', array_map(fn ($port) => "127.0.0.1:$port", array_slice($ports, 0, $size)));
        $template = self::template($ports);
        $nodes = [];
        foreach (range(0, $size - 1) as $number) {
            $nodes[] = Server::start(null, self::options($ports[$number], $ports[3 + $number], $number ? $address : 'gcomm://'), $template);
            self::awaitSize($nodes[0], $number + 1);
            self::awaitSize($nodes[$number], $number + 1);
        }
        exec('rm -rf ' . escapeshellarg($template));
        return $nodes;
    }

    /** Waits until a node is synchronized with a cluster of that size. */
    public static function awaitSize(Server $node, int $size): void
    {
        Server::waitFor(function () use ($node, $size): bool {
            $status = array_column($node->query("SHOW STATUS WHERE Variable_name IN
                ('wsrep_cluster_size', 'wsrep_cluster_status', 'wsrep_local_state_comment')"), 'Value', 'Variable_name');
            return $status == ['wsrep_cluster_size' => $size, 'wsrep_cluster_status' => 'Primary', 'wsrep_local_state_comment' => 'Synced'];
        });
    }

    /** Waits until a node has detected that it is outside the primary component. */
    public static function awaitMinority(Server $node): void
    {
        Server::waitFor(fn () => $node->query("SHOW STATUS LIKE 'wsrep_cluster_status'")[0]['Value'] !== 'Primary');
    }

    /** A data folder with the state of a cluster member. */
    private static function template(array $ports): string
    {
        $first = Server::start(null, self::options($ports[0], $ports[3], 'gcomm://'));
        $folder = rtrim($first->query('SELECT @@datadir AS folder')[0]['folder'], '/');
        $template = dirname($folder) . '/' . getmypid() . '-galera';
        $first->stop();
        exec('cp -a ' . escapeshellarg($folder) . ' ' . escapeshellarg($template));
        @unlink("$template/galera.cache");
        return $template;
    }

    private static function options(int $port, int $transferPort, string $address): array
    {
        return [
            'wsrep_on' => 'ON', 'wsrep_provider' => self::provider(), 'wsrep_cluster_address' => $address,
            'wsrep_node_address' => '127.0.0.1', 'wsrep_sst_method' => 'copy',
            'wsrep_provider_options' => "gmcast.listen_addr=tcp://127.0.0.1:$port;ist.recv_addr=127.0.0.1:$transferPort;" . self::TIMEOUTS,
            'binlog_format' => 'ROW', 'innodb_autoinc_lock_mode' => '2', 'innodb_flush_log_at_trx_commit' => '0',
        ];
    }

    private static function provider(): ?string
    {
        $unpacked = dirname(__DIR__, 2) . '/target/' . getenv('RUSTSQL_TEST_FLAVOUR') . '/root/usr/lib/galera/libgalera_smm.so';
        return array_values(array_filter([$unpacked, ...self::PROVIDERS], is_file(...)))[0] ?? null;
    }
}
