--TEST--
The primary is killed and its replica is promoted: every worker works again within connect_timeout, and nothing is lost
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) {
    die('skip pcntl is not built in');
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const WORKERS = 4;
const CONNECT_TIMEOUT = 2;

/** Workers that make one request after the other until stdin ends, and tell of each: worker, what it read, whether it was well. */
const MASTER = '
    for ($n = 0; $n < ' . WORKERS . '; $n++) {
        if (!pcntl_fork()) {
            set_error_handler(function () use (&$failed) { $failed = true; });
            do {
                $failed = false;
                session_id("worker$n");
                $read = session_start() ? $_SESSION["n"] ?? 0 : -1;
                $_SESSION["n"] = $read + 1;
                session_write_close();
                fwrite(STDOUT, "$n $read " . ($failed ? "failed" : "well") . "\n");
                [$stdin, $none] = [[STDIN], null];
            } while (!stream_select($stdin, $none, $none, 0, 20000));
            exit(0);
        }
    }
    while (pcntl_wait($status) > 0);';

/** Starts a replica of the primary, and makes each commit wait for it. @return Server[] */
function replicated(): array
{
    $mysql = Server::shared()->flavour === 'mysql';
    $common = ['log_bin' => 'binlog', 'binlog_format' => 'ROW', 'sync_binlog' => '0'] + ($mysql
        ? ['gtid_mode' => 'ON', 'enforce_gtid_consistency' => 'ON', 'plugin_load' => 'semisync_source.so;semisync_replica.so',
            'loose_rpl_semi_sync_source_timeout' => '60000', 'loose_rpl_semi_sync_replica_enabled' => 'ON']
        : ['rpl_semi_sync_master_wait_point' => 'AFTER_SYNC', 'rpl_semi_sync_master_timeout' => '60000', 'rpl_semi_sync_slave_enabled' => 'ON']);
    $primary = Server::start(null, ['server_id' => '1'] + $common);
    $replica = Server::start(null, ['server_id' => '2', 'read_only' => 'ON'] + $common);
    $primary->query("CREATE USER replica@'%' IDENTIFIED BY 'replica-secret'");
    $primary->query("GRANT REPLICATION SLAVE ON *.* TO replica@'%'");
    $replica->query($mysql
        ? "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=$primary->port, SOURCE_USER='replica',
            SOURCE_PASSWORD='replica-secret', SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1"
        : "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=$primary->port, MASTER_USER='replica',
            MASTER_PASSWORD='replica-secret', MASTER_USE_GTID=slave_pos");
    $replica->query('START REPLICA');
    $name = $mysql ? 'source' : 'master';
    $primary->query("SET GLOBAL rpl_semi_sync_{$name}_enabled = ON");
    Server::waitFor(function () use ($primary, $name): bool {
        $status = array_column($primary->query("SHOW STATUS LIKE 'Rpl_semi_sync_%'"), 'Value', 'Variable_name');
        return $status["Rpl_semi_sync_{$name}_status"] === 'ON' && $status["Rpl_semi_sync_{$name}_clients"] > 0;
    }, 30);
    return [$primary, $replica];
}

/** All that the primary has answered is in the relay log, if not yet in the tables. */
function promote(Server $replica): void
{
    $replica->query('STOP REPLICA IO_THREAD');
    $mysql = $replica->flavour === 'mysql';
    $status = $replica->query('SHOW REPLICA STATUS')[0];
    $wait = $mysql ? "WAIT_FOR_EXECUTED_GTID_SET('$status[Retrieved_Gtid_Set]', 30)" : "MASTER_GTID_WAIT('$status[Gtid_IO_Pos]', 30)";
    $replica->query("SELECT $wait");
    $replica->query('STOP REPLICA');
    $replica->query('SET GLOBAL read_only = OFF');
}

foreach (LOCKS as $lock) {
    [$primary, $replica] = replicated();
    $session = new Session($lock, [], $primary);
    $session->run('session_start(); $_SESSION["before"] = "kept";');
    $dsn = hosts_dsn([$primary, $replica], 'connect_timeout=' . CONNECT_TIMEOUT, ['user' => $session->user]);
    $master = php_start(MASTER, ['rustsql.dsn' => $dsn] + $session->ini);
    /** Reads on until each worker has made such a request. */
    $last = array_fill(0, WORKERS, 0);
    $await = function (string $end) use ($master, &$last, $lock): void {
        $ended = [];
        for ($lines = 0; count($ended) < WORKERS; $lines++) {
            $lines < 2000 || throw new RuntimeException("$lock: not every worker $end");
            [$n, $read, $was] = explode(' ', $master->readLine(30));
            if ($was === 'well') {
                // What is said to be written is there at the next request. One that was not said to be may be there, too.
                echo $read < $last[$n] ? "$lock: worker $n read $read after $last[$n]\n" : '';
                $last[$n] = $read + 1;
            }
            if ($was === $end) {
                $ended[$n] = true;
            }
        }
    };
    $await('well');
    $primary->kill();
    $await('failed');
    let_pass(1);
    promote($replica);
    // Until now none can have gone well.
    $seconds = Session::seconds(fn () => $await('well'));
    echo $seconds < CONNECT_TIMEOUT + 7 ? "$lock: in time\n" : "$lock: after $seconds seconds\n";
    $master->write("end\n");
    $master->wait();
    echo $session->run('session_start(); echo $_SESSION["before"];', ['rustsql.dsn' => $dsn]);
    $replica->stop();
}
?>
--EXPECT--
advisory: in time
kept
row: in time
kept
