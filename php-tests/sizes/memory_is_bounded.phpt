--TEST--
memory_limit bounds what a server sends before it uses memory; a large session needs little memory beside PHP's own
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/liar.php';

// In megabytes: the largest that the process was, beside what PHP itself and the empty process take.
const BESIDE = '$size = fn (string $name) => (int) preg_filter("~.*^$name:\s+(\d+).*~ms", "$1", file_get_contents("/proc/self/status")) >> 10;
    $empty = $size("VmHWM");
    $beside = fn () => $size("VmHWM") - $empty - (memory_get_peak_usage(true) >> 20);';
const MEGABYTES = 24;

function check(bool $good, string $what, mixed $detail): void
{
    $good || print("$what: " . substr(var_export($detail, true), 0, 500) . "\n");
}

$last = fn (string $out) => (int) array_slice(explode("\n", trim($out)), -1)[0];
ini_set('memory_limit', '1G');
$options = ['max_allowed_packet' => '128M', 'innodb_buffer_pool_size' => '64M'];
$options += getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql' ? ['innodb_redo_log_capacity' => '1G'] : ['innodb_log_file_size' => '512M'];
$server = Server::start(null, $options);
foreach (LOCKS as $lock) {
    // A server that lies: 900 MB.
    $session = new Session($lock, [], $server);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $liar = new Liar($server);
    $lies = ['rustsql.dsn' => $liar->dsn(), 'memory_limit' => '64M'];
    $flood = ['kind' => 'flood', 'where' => 'row', 'at' => 1];
    $code = BESIDE . 'fwrite(STDOUT, session_start() ? "started\n" : "not started\n"); session_abort(); echo $beside();';
    foreach ([$lock === 'row' ? '0' : '1'] as $strict) {
        $liar->lie($flood);
        $out = $session->run($code, $lies + ['session.use_strict_mode' => $strict]);
        check(str_contains($out, 'memory_limit leaves') && str_contains($out, "\nnot started\n"), "$lock, strict $strict, a lie", $out);
        check($last($out) < 200, "$lock, strict $strict, memory for a lie", $out);
        check(str_contains($liar->lies(), 'flood'), "$lock, strict $strict: was told", $out);
    }
    // It is looked at once more, when the lock was lost.
    $holder = $session->start(BESIDE . 'session_start(); pause("started"); $_SESSION["n"] = 2; session_write_close(); echo $beside();', $lies);
    $holder->readLine();
    $server->query("KILL {$session->server->query("SELECT id FROM information_schema.processlist WHERE user = 'app'")[0]['id']}");
    $liar->lie($flood);
    $out = $session->finish($holder);
    check(str_contains($out, 'memory_limit leaves'), "$lock, a lie behind a lost lock", $out);
    check($last($out) < 200, "$lock, memory for a lie behind a lost lock", $out);
    check($session->stored() === 'n|i:1;', "$lock: stored", $session->stored());

    // A large session.
    $session = new Session($lock, ['memory_limit' => '1G'], $server);
    $session->run('session_start(); $_SESSION["b"] = str_repeat("x", ' . MEGABYTES . ' << 20);');
    $beside = fn (string $code) => (int) $session->run(BESIDE . "session_start(); strlen(\$_SESSION['b']) === " . MEGABYTES . " << 20 || die('not read'); $code echo \$beside();");
    $read = $beside('');
    check($read < MEGABYTES, "$lock: megabytes for reading " . MEGABYTES, $read);
    $column = fn (string $name) => $server->query("SELECT $name AS x FROM app.$session->table WHERE id = x'" . session_key($session->id) . "'")[0]['x'];
    $version = $column('version');
    $unchanged = $beside('session_write_close();');
    check($unchanged < 2 * MEGABYTES, "$lock: megabytes where nothing changes", $unchanged);
    check($column('version') === $version, "$lock: unchanged", $column('version'));
    $changed = $beside('$_SESSION["b"][5] = "y"; session_write_close();');
    check($changed < 1.5 * MEGABYTES, "$lock: megabytes for writing " . MEGABYTES, $changed);
    $stored = fn () => $server->query("SELECT LENGTH(data) AS length, SUBSTR(data, 1, 20) AS start FROM app.$session->table WHERE id = x'" . session_key($session->id) . "'")[0] ?? null;
    $written = $stored();
    check($written === ['length' => (string) ((MEGABYTES << 20) + 16), 'start' => 'b|s:25165824:"xxxxxy'], "$lock: written", $written);

    // Touched, also when the lock was lost.
    $session->age();
    $holder = $session->hold();
    $session->loseConnection();
    check($session->finish($holder) === '', "$lock: unchanged, lock lost", '');
    check($column('expires') > time() + 1000, "$lock: touched", $column('expires') - time());

    // More than PHP may use: a warning, and no fatal error.
    $out = $session->run('fwrite(STDOUT, session_start() ? "started\n" : "not started\n");', ['memory_limit' => '20M']);
    check(str_contains($out, 'memory_limit leaves') && str_contains($out, 'stored data stays; raise memory_limit') && !str_contains($out, 'Fatal'), "$lock: at 20M", $out);
    check($stored() === $written, "$lock: after that", $stored());

    // The buffers of a kept connection do not stay large.
    $worker = $session->start(BESIDE . '$rss = $size("VmRSS"); session_start(); $_SESSION["b"][5] = "z"; session_write_close(); unset($_SESSION); gc_mem_caches();
        pause((string) ($size("VmRSS") - $rss - (memory_get_usage(true) >> 20)));', ['rustsql.persistent' => '1']);
    $kept = (int) $worker->readLine();
    check($kept < MEGABYTES / 2, "$lock: megabytes beside a kept connection", $kept);
    check(count($session->connections()) === 1, "$lock: kept", $session->connections());
    $session->finish($worker);
    $session->run('session_start(); session_destroy();');

    // Small ones work where there is not much.
    check($session->run('session_start(); $_SESSION["n"] = 1;', ['memory_limit' => '2M']) === '', "$lock: at 2M", '');
    check($session->run('session_start(); echo $_SESSION["n"];', ['memory_limit' => '2M']) === "1\n", "$lock: at 2M, again", '');
}
echo "done\n";
?>
--EXPECT--
done
