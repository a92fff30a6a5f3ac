--TEST--
examples/metrics.php gives the counters in Prometheus' text format, with the same lines each time
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/built_in_server.php';

/** The samples of a page, by name and labels. Each metric must have HELP and TYPE before its samples. */
function samples(string $page): array
{
    $number = '-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[+-]Inf|NaN';
    [$types, $samples, $last] = [[], [], null];
    foreach (explode("\n", rtrim($page, "\n")) as $line) {
        if (preg_match('~^# HELP ([a-z_:][a-z0-9_:]*) \S.*$~', $line, $match)) {
            check(!isset($types[$match[1]]), 'once', $line);
            $last = $match[1];
        } elseif (preg_match('~^# TYPE ([a-z_:]+) (counter|histogram)$~', $line, $match)) {
            same($last, $match[1], "TYPE follows HELP");
            $types[$match[1]] = $match[2];
        } elseif (preg_match("~^([a-z_:]+)(\\{[a-z_]+=\"[^\"\\\\]*\"\\})? ($number)$~", $line, $match)) {
            $metric = $types[$last] === 'histogram' ? preg_replace('~_(bucket|sum|count)$~', '', $match[1]) : $match[1];
            same($last, $metric, 'samples follow their TYPE');
            check(!isset($samples[$match[1] . $match[2]]), 'each once', $line);
            $samples[$match[1] . $match[2]] = $match[3];
        } else {
            echo "not in the format: $line\n";
        }
    }
    return $samples;
}

$session = new Session('advisory');
$host = new BuiltInServer($session, [], 0, dirname(__DIR__, 2) . '/examples');
$page = fn () => samples((string) file_get_contents($host->url('metrics.php')));
$before = $page();
check(count($before) > 80, 'samples', count($before));
same(['0'], array_values(array_unique($before)), 'nothing has happened');

// The counters are those of one process: this page is served by it, too.
$work = sys_get_temp_dir() . '/rustsql-pages-' . getmypid();
mkdir($work);
file_put_contents("$work/page.php", '<?php session_id("abc"); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;');
copy(dirname(__DIR__, 2) . '/examples/metrics.php', "$work/metrics.php");
$host = new BuiltInServer($session, [], 0, $work);
for ($i = 0; $i < 20; $i++) {
    file_get_contents($host->url('page.php'));
}
$after = samples((string) file_get_contents($host->url('metrics.php')));
same(array_keys($before), array_keys($after), 'the same lines');
$get = fn (string $name) => (float) $after["rustsql_$name"];
same([20.0, 20.0, 0.0, 20.0], [$get('opens_total'), $get('writes_total'), $get('refused_writes_total{reason="newer"}'), $get('hold_seconds_count')], 'counters');
foreach (['lock_wait', 'hold', 'round_trip'] as $name) {
    $buckets = array_filter($after, fn ($key) => str_starts_with($key, "rustsql_{$name}_seconds_bucket"), ARRAY_FILTER_USE_KEY);
    $sorted = $buckets;
    sort($sorted, SORT_NUMERIC);
    same($sorted, array_values($buckets), "$name: cumulative");
    same($get("{$name}_seconds_count"), (float) end($buckets), "$name: all of them");
    check($get("{$name}_seconds_sum") > 0, "$name: sum");
}
array_map(unlink(...), glob("$work/*"));
rmdir($work);
echo "done\n";
--EXPECT--
done
