--TEST--
phpinfo() in a web request has the counters of the settings in force, added up over all workers; output callbacks do no harm
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';

const INFO = 'ob_start(); phpinfo(INFO_MODULES); $text = strip_tags(strtr(ob_get_clean(), ["</td><td" => " => </td><td"]));
    preg_match_all("~^(\w+) +=> +(\d.*?) *$~m", $text, $rows); echo json_encode([array_combine($rows[1], $rows[2]), RustSql\stats()]);';

/** Compares the rows of phpinfo() with stats() in the same request. @return array<string, mixed> those of stats() */
$compare = function (string $json, string $what): array {
    [$rows, $stats] = json_decode($json, true);
    foreach ($stats as $name => $value) {
        if (!is_array($value)) {
            same((string) $value, $rows[$name] ?? null, "$what: $name");
            continue;
        }
        $row = $rows[$name] ?? '';
        $numbers = preg_match('~^(\d+) \(mean ([\d.]+) ms, p50 ([\d.]+) ms, p99 ([\d.]+) ms\)$~', $row, $match) ? array_slice($match, 1) : [];
        check(count($numbers) === 4 && $numbers[2] <= $numbers[3], "$what: $name", $row);
        same((string) $value['count'], $numbers[0] ?? null, "$what: $name");
        check(abs($value['seconds'] * 1000 - $numbers[1] * $value['count']) <= 0.001 * $value['count'] + 0.001, "$what: the mean of $name", [$value, $row]);
        $below = fn (float $milliseconds) => array_sum(array_filter($value['below'], fn ($bound) => $bound * 1000 <= $milliseconds + 1e-6, ARRAY_FILTER_USE_KEY));
        check($below((float) $numbers[2]) >= 0.5 * $value['count'], "$what: the median of $name", [$value, $row]);
        check($below((float) $numbers[3]) >= 0.99 * $value['count'], "$what: 99 % of $name", [$value, $row]);
    }
    return $stats;
};

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['html_errors' => '1']);
    $host = new Fpm($session, [], ['pm.max_children' => '3']);
    $host->addFolder('other', '.user.ini', 'rustsql.namespace = other');
    for ($i = 0; $i < 6; $i++) {
        same('', $host->run('session_start(); $_SESSION["n"] = 1;', "s$i"), "$lock: a request");
    }
    $stats = $compare($host->run(INFO), $lock);
    same([6, 6, 6], [$stats['opens'], $stats['writes'], $stats['hold']['count']], "$lock: what was counted");
    $stats = $compare($host->run(INFO, null, 'other'), "$lock, another application");
    same([0, 0], [$stats['opens'], $stats['lock_wait']['count']], "$lock: nothing of another application");

    // The request may end in the middle of a row.
    for ($i = 0; $i < 3; $i++) {
        $host->run('ob_start(fn ($text) => str_contains($text, "failed_opens") ? throw new Exception("enough") : $text, 1); phpinfo(INFO_MODULES);');
    }
    same(6, $compare($host->run(INFO), "$lock, afterwards")['opens'], "$lock: afterwards");
    unset($host);
}

// Settings that cannot be used have no counters, and phpinfo() warns of nothing.
foreach (['', 'mysql://app:secret@db1/app?lock=none'] as $dsn) {
    $run = (new PhpProcess([...php_command(['rustsql.dsn' => $dsn]), '--ri', 'rustsql']))->wait();
    same([0, '', false], [$run['exit'], $run['err'], str_contains($run['out'], 'lock_wait')], "without settings: '$dsn'");
    check(!str_contains($run['out'], 'Warning') || $dsn !== '', 'no warning', $run['out']);
}
echo "done\n";
--EXPECT--
done
