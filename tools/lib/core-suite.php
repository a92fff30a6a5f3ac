<?php
/*
 * Runs PHP's own tests of its session extension with rustsql. Most of them set the files handler, so they are copied below
 * target/core-suite and rewritten for the handler under test. Some test what only the files handler does:
 * php-tests/core-suite/expected-failures.txt lists those, and the run fails if the list and the results differ.
 */

const USAGE = <<<'TEXT'
usage: tools/core-suite [OPTION...] [TEST...]      (TEST: a name as 001.phpt; none: all)

  --lock advisory|row|auto   how sessions are locked (advisory)
  --strict                   with session.use_strict_mode = 1 where a test does not set it
  --wrapped                  with session_set_save_handler(new SessionHandler), as in frameworks
  --handler NAME             another save handler, without the extension: `files` checks the rewriting
  --flavour mariadb|mysql    the server, unless RUSTSQL_TEST_SERVER names one (mariadb)

TEXT;

$root = dirname(__DIR__, 2);
require "$root/php-tests/inc/server.php";
require "$root/php-tests/inc/php.php";
require __DIR__ . '/phpt.php';

$options = getopt('h', ['source:', 'lock:', 'strict', 'wrapped', 'handler:', 'flavour:', 'help'], $rest);
$names = array_slice($argv, $rest);
if (isset($options['help']) || isset($options['h']) || preg_grep('/^-/', $names)) {
    fwrite(STDERR, USAGE);
    exit(isset($options['help']) || isset($options['h']) ? 0 : 2);
}
$handler = $options['handler'] ?? 'rustsql';
$ini = ['session.save_handler' => $handler, 'session.save_path' => ''];
$tags = [$handler, 'php' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION, 'php' . PHP_VERSION];
if (!str_starts_with(file_get_contents("$options[source]/version"), PHP_VERSION)) {
    $tags[] = 'older-tests'; // the mirror does not have the tests of exactly this PHP
}
if ($handler === 'rustsql') {
    if (isset($options['flavour'])) {
        putenv("RUSTSQL_TEST_FLAVOUR=$options[flavour]");
    }
    $server = Server::shared();
    $ini += [
        'extension' => existing(php_extension_file()),
        'rustsql.dsn' => $server->dsn(),
        'rustsql.table' => $server->freshTable(),
        'rustsql.lock' => $options['lock'] ?? 'advisory',
    ] + Secure::ini();
    array_push($tags, $server->flavour, $ini['rustsql.lock']);
}
if (isset($options['strict'])) {
    $ini['session.use_strict_mode'] = '1';
    $tags[] = 'strict';
}
if (isset($options['wrapped'])) {
    $tags[] = 'wrapped';
}

$folder = "$root/target/core-suite/" . implode('-', $tags);
$tests = "$folder/source/ext/session/tests"; // some tests depend on their folder's path
exec('rm -rf ' . escapeshellarg($folder));
mkdir($folder, 0777, true);
exec('cp -r ' . escapeshellarg($options['source']) . ' ' . escapeshellarg("$folder/source"));
file_put_contents("$tests/skipif.inc", ''); // it requires a save_path that is a folder
if (isset($options['wrapped'])) {
    $ini['auto_prepend_file'] = "$folder/source/wrapped.php"; // a place that the tests' open_basedir allows
    copy("$root/php-tests/core-suite/wrapped.php", $ini['auto_prepend_file']);
    // PHP writes upload progress before a script runs, and does not allow a script to set a handler with it.
    exec('grep -l PHP_SESSION_UPLOAD_PROGRESS ' . escapeshellarg($tests) . '/*.phpt | xargs rm');
}
foreach (glob("$tests/*.phpt") as $file) {
    $test = rewrite(file_get_contents($file), $handler, $ini);
    file_put_contents($file, isset($options['wrapped']) ? allow_for_wrapper($test) : $test);
}
mkdir("$folder/tmp");
putenv("TMPDIR=$folder/tmp"); // for the sessions of the files handler

$paths = $names ? array_map(fn ($name) => "$tests/" . basename($name), $names) : [$tests];
$results = run_phpt($paths, $ini, "$folder/run-tests.log", "$folder/source", 1);
if (Secure::isOn() && isset($server) && !$names) {
    Secure::verify($server, $ini['rustsql.table']);
}
exit(report($results, expected_failures("$root/php-tests/core-suite/expected-failures.txt", $tags)) ? 0 : 1);

/**
 * Rewrites a test for another save handler: the setting, the name in code and in messages of PHP's core, and the command of a
 * PHP that the test itself starts.
 */
function rewrite(string $test, string $handler, array $ini): string
{
    $length = strlen($handler);
    $test = preg_replace([
        '~^(\s*session\.save_handler\s*=\s*)"?files"?\s*$~m',
        '~\bstring\(5\) "files"~',
        '~(?<!\[)(["\'])files\1~',
        '~(\b(?:data|storage module): )files(?= \(path: )~',
        '~(?<=session data \()files(?=\))~',
    ], ["\${1}$handler", "string($length) \"$handler\"", "\${1}$handler\${1}", "\${1}$handler", $handler], $test);
    $settings = '';
    foreach ($ini as $key => $value) {
        $settings .= ' -d ' . escapeshellarg("$key=\"$value\"");
    }
    return str_replace('$php -n ', "\$php -n$settings ", $test);
}

/** Accepts any object number in the expected output, since the wrapper is an object, too. */
function allow_for_wrapper(string $test): string
{
    if (preg_match('~^(.*^--EXPECT(F?)--$)(.*#\d+ \(.*)$~ms', $test, $part)) {
        $expect = $part[2] ? $part[3] : str_replace('%', '%%', $part[3]);
        $test = ($part[2] ? $part[1] : substr($part[1], 0, -2) . 'F--') . preg_replace('~#\d+ \(~', '#%d (', $expect);
    }
    return $test;
}

/**
 * Returns the reasons, by test, of those lines of the list that apply to this run.
 *
 * @return array<string, string>
 */
function expected_failures(string $file, array $tags): array
{
    $expected = [];
    foreach (file($file, FILE_IGNORE_NEW_LINES) as $number => $line) {
        if (trim($line) === '' || $line[0] === '#') {
            continue;
        }
        if (!preg_match('~^(\S+\.phpt)\s+(?:\[([^]]*)\]\s+)?(.+)$~', $line, $found)) {
            throw new RuntimeException("$file:" . ($number + 1) . ': neither a comment nor "NAME.phpt [TAG...] REASON"');
        }
        if (!array_diff(preg_split('~\s+~', $found[2], -1, PREG_SPLIT_NO_EMPTY), $tags)) {
            $expected[$found[1]] = $found[3];
        }
    }
    return $expected;
}

function report(array $results, array $expected): bool
{
    $count = ['passed' => 0, 'failed' => 0, 'skipped' => 0];
    $known = [];
    foreach ($results as $path => [$status, $detail]) {
        $name = basename($path);
        $reason = $expected[$name] ?? null;
        if ($status === 'failed' && $reason !== null) {
            $known[] = "  $name: $reason";
            continue;
        }
        if ($status === 'passed' && $reason !== null) {
            $status = 'failed';
            $detail = "passes, although expected-failures.txt says that it fails: $reason\n";
        }
        $count[$status]++;
        if ($status === 'skipped') {
            echo "SKIP $name: $detail\n";
        } elseif ($status === 'failed') {
            $lines = explode("\n", rtrim($detail));
            $more = count($lines) > 60 ? "\n(" . (count($lines) - 60) . ' more lines)' : '';
            echo "FAIL $name ", implode("\n", array_slice($lines, 0, 60)), "$more\n\n";
        }
    }
    if ($known) {
        echo count($known), " expected failures:\n", implode("\n", $known), "\n";
    }
    echo phpt_summary($count['passed'], $count['failed'], $count['skipped']);
    return !$count['failed'];
}
