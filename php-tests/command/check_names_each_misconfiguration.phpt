--TEST--
rustsql check names each misconfiguration with its cure, and has only ticks where all is good
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_executable(command_file())) echo 'skip the command is not built: make command'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/check.php';

$server = Server::start(null, ['performance_schema' => 'ON', 'log_bin' => 'log', 'server_id' => '1', 'binlog_format' => 'ROW']);
$table = new Table(server: $server);
$dsn = $table->dsn();

// All is good: before the first session, and with a table.
foreach (['missing; the first session creates it', 'InnoDB, with the right columns'] as $text) {
    $result = command(['check', '--workers', '20', '--max-execution-time', '30', '--request-terminate-timeout', '60'], ['RUSTSQL_DSN' => $dsn]);
    same([0, ''], [$result['exit'], $result['err']], 'good: exit code');
    has(["configuration\n  ✓ settings: rustsql.dsn = ", "\n127.0.0.1:$server->port\n  ✓ login: ", 'mysql://app:***@', $text], $result['out'], 'good');
    check(!preg_match('~^  [^✓ ]~mu', $result['out']), 'good: only ticks', $result['out']);
    same([], bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => $dsn])), 'good: as JSON');
    same($text[0] === 'm' ? 0 : 1, count($server->query("SHOW TABLES FROM app LIKE '$table->name'")), 'the table is not created');
    $text[0] === 'm' and $table->create();
}
same(0, $table->count(), 'nothing is written');

// Settings.
names('fault settings: ', ['rustsql.lock_timeout', 'no session starts'], $dsn, ['-d', 'lock_timeout=soon']);
names('fault settings: ', "unknown parameter 'tabel'", "$dsn&tabel=x");
names('fault settings: ', 'is not followed by', 'mysql://app:secret%@127.0.0.1/app');
names('fault settings: ', ['rustsql.encryption', 'it needs a key'], "$dsn", ['-d', 'encryption=on']);
$file = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '.cnf';
file_put_contents($file, "[client]\nuser=app\npassword=app-secret\nhost=127.0.0.1\nport=$server->port\ndatabase=app\n");
foreach ([0600 => [], 0666 => ['fault settings: ', 'rustsql.defaults_file']] as $mode => $expected) {
    chmod($file, $mode);
    $arguments = ['--defaults-file', $file, '-d', "rustsql.table=$table->name"];
    $expected ? names($expected[0], $expected[1], '', $arguments) : same([], bad_lines(command(['check', '--json', ...$arguments])), 'a file');
}
unlink($file);
names('fault settings: ', ['no database server is named', 'RUSTSQL_DSN'], '', ['--php', php_with(['rustsql.dsn' => ''])]);
names('warning lifetime: ', 'session.gc_maxlifetime is 0', '', ['--php', php_with($table->ini(['session.save_handler' => 'rustsql', 'session.gc_maxlifetime' => '0']))]);
names('warning save handler: ', "keeps its sessions with 'files'", '', ['--php', php_with($table->ini(['session.save_handler' => 'files']))]);

// Login.
names('fault login: ', ['refuses the login', 'are user and password right'], $server->dsn('', ['password' => 'wrong-secret']));
names('fault login: ', 'are user and password right', $server->dsn('pipelined_login=1', ['password' => 'wrong-secret']));
names('fault connection: ', ['cannot connect to 127.0.0.1:1', 'is the port right'], $server->dsn('', ['port' => 1]));
names('fault name: ', 'its name cannot be resolved', $server->dsn('', ['host' => 'no-such-host.invalid']));
// Accounts.
$account = function (string $name, string $grants, string $options = '') use ($server): string {
    $server->query("CREATE USER '$name'@'%' IDENTIFIED BY 'app-secret' $options");
    $grants === '' or $server->query("GRANT $grants ON app.* TO '$name'@'%'");
    return str_replace('//app:', "//$name:", $GLOBALS['dsn']);
};
names('fault database: ', ['the account may not use the database', "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `app`.* TO 'nothing'@'%'"], $account('nothing', ''));
$rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
foreach ($rights as $missing) {
    $few = $account("no_$missing", implode(', ', array_diff($rights, [$missing])));
    names('fault rights: ', ['the account may not use the table', 'GRANT SELECT, INSERT, UPDATE, DELETE'], $few);
}
$new = (new Table(server: $server))->dsn();
$plain = $account('plain', 'SELECT, INSERT, UPDATE, DELETE');
names('fault rights: ', ['is missing and cannot be created', ', CREATE ON '], str_replace('//app:', '//plain:', $new));
names('fault login: ', 'demands TLS (REQUIRE SSL', $account('with_tls', 'ALL', 'REQUIRE SSL'));
names('fault login: ', 'ACCOUNT UNLOCK', $account('is_locked', 'ALL', 'ACCOUNT LOCK'));
names('fault login: ', 'has expired', $account('expired', 'ALL', 'PASSWORD EXPIRE'));
names('fault connections: ', ['5 workers', "the account's MAX_USER_CONNECTIONS is 3"], $account('few', 'ALL', 'WITH MAX_USER_CONNECTIONS 3'), ['--workers', '5']);
if ($server->flavour !== 'mysql') { // which does not show it to the account
    names('warning connections: ', 'MAX_CONNECTIONS_PER_HOUR', $account('hourly', 'ALL', 'WITH MAX_CONNECTIONS_PER_HOUR 1000'));
}

$server->query("CREATE USER 'all'@'%' IDENTIFIED BY 'app-secret'");
$server->query("GRANT ALL ON *.* TO 'all'@'%'");
names('warning rights: ', ['more than sessions need', 'GRANT SELECT, INSERT'], str_replace('//app:', '//all:', $dsn));

// Tables.
$altered = function (string $change, string $lock = 'advisory', array $params = []) use ($server): string {
    $table = new Table($lock, $params, server: $server);
    $table->create();
    $server->query("ALTER TABLE app.`$table->name` $change");
    return $table->dsn();
};
names('fault table: ', 'auto_create is 0', "$new&auto_create=0");
names('fault table: ', ['`id` binary(32)', 'MODIFY `id` BINARY(16)'], $altered('MODIFY id BINARY(32) NOT NULL'));
names('fault table: ', ['no PRIMARY KEY of `id` alone', 'ADD PRIMARY KEY'], $altered('DROP PRIMARY KEY'));
names('fault table: ', 'has no `tag`', $altered('DROP COLUMN tag'));
names('warning index: ', ['reads the whole table', 'ALTER TABLE `app`.`', 'ADD KEY (`expires`)'], $altered('DROP KEY expires'));
names('warning index: ', ['revoke()', 'ADD KEY (`tag`)'], $altered('DROP KEY tag'));
names('warning table: ', ['its engine is MyISAM', 'ALTER TABLE `app`.`', 'ENGINE=InnoDB'], $altered('ENGINE=MyISAM'));
$server->query("GRANT PROCESS ON *.* TO 'plain'@'%'");
names('fault table: ', ['the engine MyISAM, which has no row locks', 'ENGINE=InnoDB'], str_replace('//app:', '//plain:', $altered('ENGINE=MyISAM', 'row')));
names('warning lock: ', ['the last write wins', 'rustsql.lock = auto'], $altered('COMMENT ""', 'unlocked'));
names('warning diagnostics: ', ["GRANT PROCESS ON *.* TO 'app'@'%'"], $altered('COMMENT ""', 'row'));
$old = new Table(server: $server);
$old->create();
$old->addExpired(1500);
$server->query("UPDATE app.`$old->name` SET expires = expires - 200000");
names('warning garbage collection: ', ['1500 sessions', 'rustsql gc'], $old->dsn());
$name = 'rustsql.gc.' . substr(hash('sha256', "app\0$table->name\0"), 0, 32);
$server->query("SELECT GET_LOCK('$name', 0)");
names('warning garbage collection: ', "connection {$server->admin()->thread_id} of another account", $dsn);
$server->query("SELECT RELEASE_LOCK('$name')");

// The server's variables: the first ones do no harm, as each session sets its own.
$set = function (array $variables, callable $do) use ($server): void {
    foreach ($variables as $variable => $value) {
        $was = $server->query("SHOW GLOBAL VARIABLES LIKE '$variable'")[0]['Value'];
        $quoted = fn (string $value) => is_numeric($value) ? $value : "'$value'";
        $server->query("SET GLOBAL $variable = " . $quoted($value));
        $do("$variable=$value");
        $server->query("SET GLOBAL $variable = " . $quoted($was));
    }
};
$harmless = ['completion_type' => 'CHAIN', 'autocommit' => 'OFF', 'sql_select_limit' => '0', 'max_join_size' => '1', 'init_connect' => 'SET sql_mode=0,character_set_results=ucs2']
    + ($server->flavour === 'mysql' ? ['transaction_read_only' => 'ON', 'max_execution_time' => '1000'] : ['tx_read_only' => 'ON', 'max_statement_time' => '1', 'idle_transaction_timeout' => '1']);
$set($harmless, function (string $what) use ($dsn) {
    $result = command(['check', '--json'], ['RUSTSQL_DSN' => $dsn]);
    same([], bad_lines($result), $what);
    preg_match('~init_connect|max_join_size~', $what) or has('each session sets its own, instead of ' . explode('=', $what)[0], $result['out'], $what);
});
foreach ([
    ['init_connect', 'nonsense', 'fault session: ', ['init_connect command failed', 'a statement of init_connect fails, which']],
    ['init_connect', 'SET timestamp=1000', 'warning clock: ', ['behind', 'NTP']],
    ['max_allowed_packet', '65536', 'warning packets: ', ['max_allowed_packet is 65536']],
    ['max_prepared_stmt_count', '0', 'warning prepared statements: ', ['raise max_prepared_stmt_count']],
    ['binlog_format', 'STATEMENT', 'warning binary log: ', ['binlog_format = ROW']],
    ['read_only', 'ON', 'fault writes: ', ['takes no writes', 'point rustsql.dsn at the primary']],
] as [$variable, $value, $begins, $parts]) {
    $set([$variable => $value], fn () => names($begins, $parts, $dsn));
}
$more = $server->flavour === 'mysql' ? 'SESSION_VARIABLES_ADMIN' : 'BINLOG ADMIN';
$server->query("GRANT $more ON *.* TO 'plain'@'%'");
$set(['init_connect' => 'SET sql_log_bin=0'], fn () => names('warning variables: ', ['sql_log_bin is OFF', 'init_connect'], str_replace('//app:', '//plain:', $dsn)));
names('fault connections: ', ['200 workers need as many connections', 'max_connections is 100'], $dsn, ['--workers', '200']);
names('warning connections: ', '95 workers leave few', $dsn, ['--workers', '95']);
$set(['read_only' => 'ON'], function () use ($dsn) {
    $lines = bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => str_replace('//app:', '//all:', $dsn)]));
    same(['fault writes', 'warning rights'], array_map(fn ($line) => strstr($line, ':', true), $lines), 'an account that may write all the same');
    same([], bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => "$dsn&read_only=1"])), 'nothing is written');
});
names('warning packets: ', ['rustsql.max_size is 104857600', 'raise max_allowed_packet'], "$dsn&max_size=100M");

// Locked tables.
foreach (['FLUSH TABLES WITH READ LOCK', "LOCK TABLES app.`$table->name` WRITE"] as $lock) {
    $server->query($lock);
    names('fault table lock: ', ['the table is locked', 'SHOW PROCESSLIST'], "$dsn&io_timeout=3");
    $server->query('UNLOCK TABLES');
}

// Timeouts.
names('warning timeouts: ', ['killed after 20 s', 'rustsql.lock_timeout (30 s)'], $dsn, ['--request-terminate-timeout', '20']);
names('warning timeouts: ', ['may run for 900 s', 'loses its lock after 600 s'], $dsn, ['--max-execution-time', '900']);
names('warning timeouts: ', 'rustsql.lock_ttl (5 s) is below rustsql.lock_timeout (30 s)', "$dsn&lock_ttl=5");
names('warning timeouts: ', 'no other limit', "$dsn&lock_timeout=-1");
names('warning timeouts: ', 'a commit that takes longer', "$dsn&io_timeout=1");
names('warning timeouts: ', 'before rustsql.persistent_idle (60 s)', "$dsn&persistent=1&lock_ttl=40");
names('warning timeouts: ', ['before all hosts were tried (40 s)', 'rustsql.connect_timeout'], "$dsn&connect_timeout=40&lock_timeout=10", ['--request-terminate-timeout', '35']);

// Several hosts: a replica behind its primary is as it should be, and a host that is down is not.
$replica = Server::start(null, ['read_only' => 'ON', 'performance_schema' => 'ON']);
$two = fn (int ...$ports) => str_replace("127.0.0.1:$server->port", implode(',', array_map(fn ($port) => "127.0.0.1:$port", $ports)), $dsn);
names('warning hosts: ', ["127.0.0.1:$replica->port does not have the table", 'replicate'], $two($server->port, $replica->port));
$table->open();
$replica->query(RustSql\schema());
same([], bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => $two($server->port, $replica->port)])), 'a replica');
names('fault writes: ', 'takes no writes', $two($replica->port));
names('fault connection: ', 'cannot connect to 127.0.0.1:1', $two($server->port, 1));
same([], bad_lines(command(['check', '--json'], ['RUSTSQL_DSN' => str_replace('127.0.0.1', 'localhost', $dsn) . '&connect_timeout=5'])), 'a name');
$replica->query('SET GLOBAL read_only = OFF');
names('warning hosts: ', ["127.0.0.1:$server->port and 127.0.0.1:$replica->port both take writes", 'read_only = ON'], $two($server->port, $replica->port));
if ($replica->flavour !== 'mysql') {
    $replica->query('SET GLOBAL enforce_storage_engine = MyISAM');
    names('fault table: ', ['is missing and cannot be created', 'enforce_storage_engine'], str_replace($table->name, 'another', $two($replica->port)));
}
$replica->restart(['read_only' => 'OFF', 'innodb_read_only' => 'ON']);
names('fault writes: ', 'innodb_read_only is on', $two($replica->port));
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
