<?php
/*
 * What a request costs in one process when the table is small, and when it is large; the rows are sessions, and all of them fit
 * into memory. On one core, as the floor. No request moves an expiry: a large table has more sessions that are due for it.
 */
declare(strict_types=1);

function measure_table(Measure $measure, string $case): void
{
    $sizes = $measure->quick ? [1_000, 100_000] : [10_000, 1_000_000, 10_000_000];
    [$each, $rounds] = $measure->quick ? [200, 3] : [1000, 15];
    $server = $measure->stack->database('table');
    foreach ($sizes as $rows) {
        $began = hrtime(true);
        table_fill($server, "rows_$rows", 'row', $rows, 96_400); // a day, and more than touch_interval
        say(sprintf('  %d rows filled in %.0f s', $rows, (hrtime(true) - $began) / 1e9));
    }
    table_settle($server);
    pin($server->pid, '0');
    $processes = [];
    foreach (['rustsql', 'rustsql-kept'] as $name) {
        foreach ($sizes as $rows) {
            $ini = ['rustsql.dsn' => $server->socketDsn(), 'rustsql.table' => "rows_$rows", 'rustsql.touch_interval' => '7200'];
            $processes["$name $rows"] = new PhpProcess([...$measure->stack->cli($name, $ini), __DIR__ . '/../loop.php', 'row', (string) $rows, '100']);
            $processes["$name $rows"]->readLine();
            pin($processes["$name $rows"]->pid, '0');
            foreach (['unchanged', 'changed'] as $work) {
                ask($processes["$name $rows"], "$work $each");
            }
        }
    }
    for ($round = 0; $round < $rounds; $round++) {
        foreach (['unchanged', 'changed'] as $work) {
            $order = array_keys($processes);
            shuffle($order);
            foreach ($order as $which) {
                $measure->results[$case]["$which $work"][$round]['us'] = (float) ask($processes[$which], "$work $each");
            }
        }
    }
    foreach (array_keys($processes) as $which) {
        foreach (['unchanged', 'changed'] as $work) {
            $smallest = explode(' ', $which)[0] . " $sizes[0] $work";
            say(sprintf('  %-36s %6.1f us, against %d rows %.2f', "$which $work", $measure->median($case, "$which $work", 'us'), $sizes[0],
                $measure->ratio($case, "$which $work", $smallest, 'us')));
        }
    }
}

/** So many sessions, PREFIX-1 and so on, in a new table; they expire in so many seconds, or did so before. */
function table_fill(Server $server, string $table, string $prefix, int $rows, int $expires): void
{
    $schema = file_get_contents(__DIR__ . '/../../sql/schema.sql');
    $server->query('USE app');
    $server->query(str_replace('`php_sessions`', "`$table`", $schema));
    $server->query('SET SESSION unique_checks = 0');
    // In the order of the key, as the table is stored; a hash of the id as rustsql makes it.
    $server->query("INSERT INTO `$table` (id, version, expires, created, used, format, data)
        SELECT id, version, expires, UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), 0, data FROM (
            SELECT UNHEX(LEFT(SHA2(CONCAT(CHAR(0), '$prefix-', seq), 256), 32)) AS id, ((seq % 16777215 + 1) << 39) + (1 << 19) AS version,
                (UNIX_TIMESTAMP() + $expires - seq % 24 * 60) DIV 60 * 60 AS expires, CONCAT('n|i:0;text|s:96:\"', REPEAT(MD5(seq), 3), '\";') AS data
            FROM seq_1_to_$rows) AS sessions ORDER BY id");
    $server->query("ANALYZE TABLE `$table`");
}

/** Returns when the server has written what was filled in, and has nothing left to do. */
function table_settle(Server $server): void
{
    $server->query('SET GLOBAL innodb_max_dirty_pages_pct = 0, GLOBAL innodb_max_dirty_pages_pct_lwm = 0, GLOBAL innodb_io_capacity_max = 40000, GLOBAL innodb_io_capacity = 20000');
    $status = fn (string $name): int => (int) $server->query("SHOW GLOBAL STATUS LIKE '$name'")[0]['Value'];
    $server->query('SET GLOBAL innodb_max_purge_lag_wait = 0');
    Server::waitFor(fn () => $status('Innodb_buffer_pool_pages_dirty') < 1000, 300);
    $server->query('SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT, GLOBAL innodb_max_dirty_pages_pct_lwm = DEFAULT, GLOBAL innodb_io_capacity = 200, GLOBAL innodb_io_capacity_max = 2000');
}
