<?php
/*
 * Runs phpt files with PHP's own run-tests.php and returns the results. tools/phpt and tools/core-suite use it, with the
 * environment of lib/php.sh.
 */

/**
 * @param string[] $paths phpt files and folders
 * @param array<string, string|string[]> $ini
 * @param string $log where the whole output of run-tests.php goes
 * @param string $folder where the tests run
 * @return array<string, array{string, string}> by path: 'passed', 'failed' or 'skipped', and the diff or the reason
 */
function run_phpt(array $paths, array $ini, string $log, string $folder, int $jobs): array
{
    $list = tempnam(sys_get_temp_dir(), 'phpt');
    $runner = dirname($log) . '/run-tests.php'; // a copy, since it writes into its own folder
    // run-tests.php would repeat a failed test that prints "deadlock" or calls usleep(), and hide the first failure.
    file_put_contents($runner, str_replace('!$retried && error_may_be_retried(', 'false && error_may_be_retried(', file_get_contents(getenv('RUN_TESTS'))));
    $command = [getenv('TEST_PHP_EXECUTABLE'), '-n', $runner, '-n', '-q', '--no-color', '--no-progress', '--show-slow', '3000',
        '--set-timeout', getenv('TEST_SECONDS') ?: '300', '-W', $list];
    if ($jobs > 1) {
        $command[] = "-j$jobs";
    }
    foreach ($ini as $key => $values) {
        foreach ((array) $values as $value) {
            // run-tests.php adds shell quotes, but no ini quotes.
            $value = preg_match('~^[\w./-]*$~', $value) ? $value : "\"$value\"";
            array_push($command, '-d', "$key=$value");
        }
    }
    $output = ['file', $log, 'w'];
    $process = proc_open([...$command, ...$paths], [['file', '/dev/null', 'r'], $output, $output], $pipes, $folder);
    proc_close($process);

    $text = file_get_contents($log);
    $results = [];
    foreach (file($list, FILE_IGNORE_NEW_LINES) as $line) {
        [$status, $path] = explode("\t", $line);
        $results[$path] = match ($status) {
            'PASSED' => ['passed', ''],
            'SKIPPED' => ['skipped', preg_match('~^SKIP .*\[\S*' . preg_quote(basename($path)) . '\] *(?:reason: )?(.*)$~m', $text, $found) ? $found[1] : ''],
            'XFAILED' => ['skipped', 'fails by its own account (XFAIL)'],
            default => ['failed', phpt_diff($path, $status)],
        };
    }
    unlink($list);
    if (!$results) {
        throw new RuntimeException("run-tests.php ran no test:\n" . substr($text, -2000));
    }
    ksort($results);
    return $results;
}

/** The diff of a failed test. KEEP=1 keeps the files that run-tests.php writes beside the test. */
function phpt_diff(string $path, string $status): string
{
    $stem = substr($path, 0, -strlen('phpt'));
    $diff = "$status\n" . (@file_get_contents("{$stem}diff") ?: '');
    foreach (getenv('KEEP') ? [] : ['diff', 'exp', 'log', 'out', 'php', 'sh', 'skip.php', 'clean.php', 'post'] as $suffix) {
        @unlink($stem . $suffix);
    }
    return rtrim($diff) . "\n";
}

/** The absolute path of a file that must exist. */
function existing(string $path): string
{
    return realpath($path) ?: throw new RuntimeException("there is no $path");
}

/** The summary line for tools/test. */
function phpt_summary(int $passed, int $failed, int $skipped): string
{
    return "$passed passed, $failed failed, $skipped skipped\n";
}
