<?php
/*
 * One tag's 10,000 of 100,000 sessions are revoked while others use theirs, 200 requests a second, against the same with nobody revoking.
 * The two take turns. One more revoke, alone on the server, tells how many rows it reads.
 */
declare(strict_types=1);

const REVOKED = ['MariaDB' => 'mariadb', 'MySQL' => 'mysql'];

function measure_revoke(Measure $measure, string $case): void
{
    [$rows, $revoked, $rounds] = $measure->quick ? [20_000, 1_000, 1] : [100_000, 10_000, 5];
    foreach (REVOKED as $title => $flavour) {
        $name = $flavour === 'mysql' ? 'rustsql-mysql-kept' : 'rustsql-kept';
        $server = $measure->stack->database($flavour);
        $ini = ['session.use_strict_mode' => '0'];
        // Makes the table, if nobody has.
        $php = new PhpProcess([...$measure->stack->cli($name, $ini), '-r',
            'session_id("first"); session_start(); $_SESSION = [1]; session_write_close(); while (fgets(STDIN)) echo RustSql\revoke("the one"), "\n";']);
        Server::waitFor(fn () => $server->query("SHOW TABLES FROM app LIKE 'php_sessions'"));
        revoke_fill($server, $rows - $revoked, 'NULL', 0);
        $fill = fn () => revoke_fill($server, $revoked, "UNHEX(LEFT(SHA2(CONCAT('tag', CHAR(0), CHAR(0), 'the one'), 256), 32))", $rows);
        $revoke = function (?callable $meanwhile = null) use ($php, $revoked): mixed {
            $php->write("\n");
            $result = $meanwhile ? $meanwhile() : null;
            $ended = (int) $php->readLine();
            return $ended === $revoked ? $result : throw new RuntimeException("$ended of $revoked sessions were revoked");
        };
        $fill();
        $read = revoke_rows_read($server);
        $began = hrtime(true);
        $revoke();
        $took = (hrtime(true) - $began) / 1e9;
        $read = (revoke_rows_read($server) - $read) / $revoked;

        $measure->stack->start($name, 8);
        $load = ['do' => 'changed', 'clients' => 8, 'sessions' => 1000, 'size' => 2048, 'rate' => 200, 'warmup' => 0.2, 'ids' => 'revoke', 'series' => 1];
        $measure->fill($name, ['rate' => 0, 'seconds' => 1] + $load);
        // About as long as the sessions take to end.
        $live = fn () => $measure->load($name, ['seconds' => max(0.5, $took)] + $load);
        for ($round = 0; $round < $rounds; $round++) {
            $fill();
            $measure->results[$case]["$title alone"][$round] = $live();
            $measure->results[$case]["$title revoking"][$round] = $revoke($live);
        }
        $measure->stack->stop($name);
        $p99 = fn (string $which): float => percentile(array_merge(...array_column($measure->results[$case]["$title $which"], 'series')), 0.99);
        $measure->results[$case]["$title summary"] = [['p99' => $p99('revoking'), 'p99_alone' => $p99('alone'), 'read' => $read, 'revoked' => $revoked, 'rows' => $rows, 'seconds' => $took]];
        say(sprintf('  %s: %.1f rows read for each session; p99 %.0f us meanwhile, %.0f us alone; %.1f s', $title, $read, $p99('revoking'), $p99('alone'), $took));
        foreach (['revoking', 'alone'] as $which) {
            $measure->results[$case]["$title $which"] = array_map(fn ($round) => ['series' => []] + $round, $measure->results[$case]["$title $which"]);
        }
    }
}

/** So many sessions from this number on, with that value of `tag`. */
function revoke_fill(Server $server, int $rows, string $tag, int $from): void
{
    $digits = 'SELECT 0 AS n' . implode('', array_map(fn ($n) => " UNION ALL SELECT $n", range(1, 9)));
    $number = "$from + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n";
    $server->query('USE app');
    $server->query("INSERT INTO php_sessions (id, version, expires, created, used, tag, format, data)
        SELECT UNHEX(LEFT(SHA2(CONCAT('row', $number), 256), 32)), 1 << 39, UNIX_TIMESTAMP() + 86400, UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), $tag, 0,
            CONCAT('n|i:0;text|s:96:\"', LEFT(REPEAT(SHA2($number, 256), 2), 96), '\";')
        FROM ($digits) a, ($digits) b, ($digits) c, ($digits) d, ($digits) e WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n < $rows");
}

/** How many rows the server has read so far. */
function revoke_rows_read(Server $server): int
{
    return (int) array_sum(array_column($server->query("SHOW GLOBAL STATUS LIKE 'Handler_read%'"), 'Value'));
}

function revoke_section(array $results): string
{
    $page = "\n## Revoking\n\n`RustSql\\revoke()` ends the sessions of one tag while other visitors change theirs, 200 requests a second.\n\n"
        . "| | sessions | in the table | s | rows read for each | p99 meanwhile, ms | p99 alone, ms |\n|---|--:|--:|--:|--:|--:|--:|\n";
    foreach (array_keys(REVOKED) as $server) {
        if ($is = $results['revoke']["$server summary"][0] ?? null) {
            $page .= sprintf("| %s | %s | %s | %.1f | %.1f | %.1f | %.1f |\n", $server, number_format($is['revoked']), number_format($is['rows']), $is['seconds'], $is['read'], $is['p99'] / 1e3, $is['p99_alone'] / 1e3);
        }
    }
    return $page;
}
