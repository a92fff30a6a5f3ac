--TEST--
Row locks on a table whose engine has none are refused at the start; advisory locks work there
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';
require __DIR__ . '/../inc/session.php';

$server = Server::shared();
$working = new Table;
foreach ($server->flavour === 'mysql' ? ['MyISAM', 'MEMORY'] : ['MyISAM', 'Aria', 'MEMORY'] as $engine) {
    $session = new Session('advisory');
    session_save_path($server->dsn("table=$session->table"));
    $server->query(RustSql\schema());
    // MEMORY has no BLOBs.
    $server->query("ALTER TABLE app.$session->table MODIFY data VARBINARY(200) NOT NULL, ENGINE=$engine");
    foreach (['0', '1'] as $strict) {
        ini_set('session.use_strict_mode', $strict);
        session_save_path($server->dsn("table=$session->table&lock=row"));
        session_id('abc');
        same(false, session_start(), $engine);
        $warning = one_warning([$session->table, "the engine $engine", 'rustsql.lock'], warnings(), "$engine, strict mode $strict");
    }
    ini_set('session.use_strict_mode', '0');
    same('0', (string) $server->query("SELECT COUNT(*) AS c FROM app.$session->table")[0]['c'], "$engine: rows");

    // Requests of one session queue by advisory locks, and none of their writes is lost.
    $count = '$id = session_id(); foreach (range(1, 15) as $n) { session_id($id); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); }';
    $workers = array_map(fn () => $session->start($count), range(1, 3));
    same('', implode('', array_map(fn ($worker) => $session->finish($worker), $workers)), "$engine: printed");
    same('n|i:45;', $session->stored(), "$engine: stored");

    $server->query(strstr(strstr($warning, 'ALTER TABLE'), ';', true));
    same('', $session->run('session_start(); $_SESSION["n"]++;', ['rustsql.lock' => 'row']), "$engine: mended");
    same('n|i:46;', $session->stored(), "$engine: stored with row locks");
}

// A server that makes no table with InnoDB.
[$option, $value] = $server->flavour === 'mysql' ? ['disabled_storage_engines', 'InnoDB'] : ['enforce_storage_engine', 'MyISAM'];
$other = Server::start(null, [$option => $value]);
foreach (['advisory', 'row'] as $lock) {
    session_save_path($other->dsn("lock=$lock"));
    session_id('abc');
    same(false, session_start(), "$lock: no InnoDB");
    one_warning(["127.0.0.1:$other->port", 'cannot be created', $option, 'CREATE TABLE'], $messages = warnings(), "$lock: no InnoDB");
    check(!str_contains(implode($messages), 'primary'), "$lock: not for a replica's", $messages);
    same([], $other->query("SHOW TABLES FROM app"), "$lock: no other table is made");
    $ping = RustSql\ping()[0];
    same([true, true, false], [$ping['reachable'], $ping['writable'], $ping['ready']], "$lock: ping()");
    has($option, (string) $ping['error'], "$lock: ping() says why");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
