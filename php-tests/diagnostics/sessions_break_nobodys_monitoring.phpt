--TEST--
Whatever bytes sessions have, the server's views of what runs can be read while they are read and written
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const POLLS = 300;
const SECONDS = 3; // at most, for the polls of a case

$server = Server::start(null, ['performance_schema' => 'ON']);
$server->query("UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name LIKE 'events_statements%'");
$views = [
    'SHOW FULL PROCESSLIST',
    'SELECT info FROM information_schema.processlist',
    'SELECT trx_query FROM information_schema.innodb_trx',
    'SELECT processlist_info FROM performance_schema.threads',
    'SELECT CONCAT(sql_text, _utf8mb4 0xc3a9) FROM performance_schema.events_statements_current',
    'SELECT CONCAT(sql_text, _utf8mb4 0xc3a9) FROM performance_schema.events_statements_history',
    'SELECT digest_text FROM performance_schema.events_statements_summary_by_digest',
];
$server->query("SHOW TABLES FROM performance_schema LIKE 'processlist'") && $views[] = 'SELECT info FROM performance_schema.processlist';
foreach (['processlist', 'session', 'innodb_lock_waits', 'statement_analysis'] as $view) {
    $server->query("SHOW TABLES FROM sys LIKE '$view'") && $views[] = "SELECT * FROM sys.$view";
}
$server->admin()->set_charset('utf8mb4');
foreach (['a connection each' => ['advisory', 's', '0'], 'kept' => ['advisory', 's', '1'], 'row locks, kept' => ['row', 's', '1'],
    'a name in Greek' => ['advisory', "\u{3c3}", '1']] as $case => [$lock, $name, $persistent]) {
    $dsn = $server->dsn("lock=$lock&table=" . rawurlencode($name) . "&persistent=$persistent");
    // From what is sent within its statement to what is sent by itself, and more than the views show.
    $writers = [];
    foreach ([100, 1500, 12_000, 40_000, 300_000] as $size) {
        $writers[] = php_start("
            for (\$n = 0; ; \$n++) {
                session_id(\"s$size-\" . \$n % 5);
                session_start();
                // Text that is cut within a character, and what is no text in any character set.
                \$_SESSION['v'] = \$n % 3 ? random_bytes($size) : str_repeat('x', \$n % 4) . str_repeat(\"\\u{1f600}'\", $size >> 2);
                session_write_close();
                \$n === 3 and fwrite(STDOUT, \"writes\\n\");
            }", ['rustsql.dsn' => $dsn]);
    }
    foreach ($writers as $writer) {
        same('writes', $writer->readLine(30), $case);
    }
    $end = hrtime(true) + SECONDS * 1e9;
    $failed = [];
    $seen = 0;
    for ($poll = 0; $poll < POLLS && hrtime(true) < $end; $poll++) {
        foreach ($views as $view) {
            try {
                $seen += str_contains(json_encode($server->query($view), JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_UNICODE), "`$name`");
            } catch (mysqli_sql_exception $e) {
                $failed["$view: {$e->getCode()}"] = ($failed["$view: {$e->getCode()}"] ?? 0) + 1;
            }
        }
    }
    same([], $failed, "$case, of $poll polls");
    check($seen >= $poll, "$case: statements are shown", [$seen, $poll]);
    foreach ($writers as $writer) {
        $writer->signal(SIGKILL);
    }
}
echo "done\n";
?>
--EXPECT--
done
