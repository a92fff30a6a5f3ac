<?php
/*
 * Runs random scripts of session_* calls on PHP's `files` handler and on rustsql, and compares all that they see. Called by
 * tools/differential: SEED COUNT [JOB]. Script number n is that of seed SEED + n, on advisory or row locks and with kept
 * connections or without, in turn.
 */

require __DIR__ . '/../php-tests/inc/fastcgi.php';
require __DIR__ . '/../tools/lib/phpt.php';
require __DIR__ . '/known.php';
require __DIR__ . '/generator.php';
require __DIR__ . '/store.php';
require __DIR__ . '/host.php';
require __DIR__ . '/comparison.php';

const JOBS = 2;
/** So many are shown, and taken apart. */
const SHOWN = 15;

[, $seed, $count] = array_map(intval(...), $argv);
if (isset($argv[3])) {
    echo json_encode(part($seed, $count, (int) $argv[3])), "\n";
    exit;
}

if (!cgi_program()) {
    echo "SKIP all scripts: there is no CGI program beside this PHP\n", phpt_summary(0, 0, $count);
    exit;
}
$start = hrtime(true);
$server = Server::start();
$description = dirname(__DIR__) . '/target/test/server-' . getmypid() . '.json';
file_put_contents($description, $server->describe());
register_shutdown_function(fn () => @unlink($description));
putenv("RUSTSQL_TEST_SERVER=$description");
// This same command, with the number of the job.
$command = explode("\0", rtrim(file_get_contents('/proc/self/cmdline'), "\0"));
for ($job = 0; $job < JOBS; $job++) {
    $jobs[] = new PhpProcess([...$command, $job]);
}
$failed = $requests = 0;
$known = [];
foreach ($jobs as $job) {
    $end = $job->wait(24 * 3600);
    $lines = explode("\n", trim($end['out']));
    $result = json_decode(array_pop($lines), true);
    if (!is_array($result)) {
        throw new RuntimeException("a job failed: $end[out] $end[err]");
    }
    echo $lines ? implode("\n", $lines) . "\n" : '';
    $failed += $result['failed'];
    $requests += $result['requests'];
    foreach ($result['known'] as $name => $times) {
        $known[$name] = ($known[$name] ?? 0) + $times;
    }
}
arsort($known);
foreach ($known as $name => $times) {
    printf("%6d known: %s\n", $times, $name);
}
printf("SEED=%d COUNT=%d: %d requests to each handler in %d seconds\n", $seed, $count, $requests, (hrtime(true) - $start) / 1e9);
echo phpt_summary($count - $failed, $failed, 0);
exit($failed ? 1 : 0);

/** The scripts of one job. */
function part(int $seed, int $count, int $job): array
{
    $folder = sys_get_temp_dir() . '/rustsql-differential-' . getmypid();
    mkdir($folder, 0700);
    register_shutdown_function(fn () => exec('rm -rf ' . escapeshellarg($folder)));
    $comparisons = [];
    foreach (LOCKS as $lock) {
        foreach (['0', '1'] as $persistent) {
            $of = "$folder/$lock-$persistent";
            mkdir($of, 0700);
            $session = new Session($lock);
            $ini = ['rustsql.persistent' => $persistent, 'session.use_cookies' => '1', 'session.cache_limiter' => 'nocache'];
            $path = ['session.save_handler' => 'files', 'session.save_path' => "$of/sessions"];
            $comparisons[] = new Comparison(
                new Host($session, $path + $ini, new Folder("$of/sessions"), "$of/files"),
                new Host($session, $ini, new Rows($session->server, $session->table), "$of/rustsql"),
            );
        }
    }
    $result = ['failed' => 0, 'requests' => 0, 'known' => []];
    for ($number = $job; $number < $count; $number += JOBS) {
        $comparison = $comparisons[($seed + $number) % count($comparisons)];
        $script = ScriptGenerator::script($seed + $number);
        $result['requests'] += count($script);
        $difference = $comparison->difference($script);
        if (!$difference) {
            continue;
        }
        if ($difference['known'] !== null) {
            $result['known'][$difference['known']] = ($result['known'][$difference['known']] ?? 0) + 1;
            continue;
        }
        if (++$result['failed'] <= SHOWN) {
            $script = $comparison->minimise($script);
            $difference = $comparison->difference($script) ?? $difference;
            echo 'FAIL SEED=', $seed + $number, "\n", source($script), $difference['text'], "\n";
        }
    }
    return $result;
}

function source(array $script): string
{
    $text = '';
    foreach ($script as $number => $request) {
        $text .= sprintf("    request %d of visitor %d, process %d%s%s%s\n", $number, $request['visitor'], $request['process'],
            $request['cookie'] !== null ? ", PHPSESSID=$request[cookie]" : '', $request['age'] ? ", $request[age] seconds later" : '',
            $request['beside'] ? ', beside the one before' : '');
        foreach ($request['steps'] as $step) {
            $text .= '        ' . $step . (str_ends_with($step, ';') ? '' : ';') . "\n";
        }
    }
    return $text;
}
