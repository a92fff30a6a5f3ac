--TEST--
If the progress of an upload cannot be stored, PHP waits once and logs one warning; the script's own session_start() is not affected
--SKIPIF--
<?php require __DIR__ . '/../inc/cgi.php'; if (!cgi_program()) echo 'skip no php-cgi beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/hosts.php';
require __DIR__ . '/../inc/cgi.php';

$part = fn (string $name, string $more, string $content) =>
    "--edge\r\nContent-Disposition: form-data; name=\"$name\"$more\r\n\r\n$content\r\n";
$body = $part('PHP_SESSION_UPLOAD_PROGRESS', '', 'photo')
    . $part('file', '; filename="a.bin"', str_repeat('x', 150000)) . "--edge--\r\n";
$log = tempnam(sys_get_temp_dir(), 'upload');
/** What the page printed, and what came into the log. */
$upload = function (string $script, array $ini) use ($body, $log): array {
    file_put_contents($log, '');
    $answer = cgi("<?php $script", $ini + [
        'session.upload_progress.enabled' => '1', 'session.upload_progress.freq' => '1000', 'session.upload_progress.min_freq' => '0',
        'session.use_strict_mode' => '0', 'session.cache_limiter' => '', 'display_errors' => '1', 'log_errors' => '1', 'error_log' => $log,
    ], ['CONTENT_TYPE' => 'multipart/form-data; boundary=edge', 'HTTP_COOKIE' => 'PHPSESSID=abc'], $body);
    return [$answer['body'], file($log)];
};
$start = 'var_dump(session_start(), $_FILES["file"]["size"]);';
$ours = fn (array $lines) => count(preg_grep('~rustsql: ~', $lines));

foreach (each_lock() as $lock => $table) {
    foreach (['0', '1'] as $strict) {
        $case = "$lock, strict mode $strict";
        $more = ['session.use_strict_mode' => $strict];
        // The host is silent: one try for the upload, one for the script.
        $silent = new SilentHost;
        [$page, $lines] = $upload($start, $more + ['rustsql.dsn' => hosts_dsn([$silent]), 'rustsql.lock' => $lock, 'rustsql.connect_timeout' => '0.3']);
        same(2, $silent->connections(), "$case: connections to a silent host");
        has(["bool(false)", 'int(150000)', 'rustsql: cannot connect'], $page, "$case: the page");
        same(2, $ours($lines), "$case: in the log");

        // Another request has the session, until the script begins.
        $table->request('abc', fn () => $_SESSION['n'] = 'kept');
        $ini = $table->ini($more + ['rustsql.lock_timeout' => '0', 'rustsql.lock_failure' => 'fail']);
        foreach (['fail', 'readonly'] as $failure) {
            $table->request('abc', function () use ($upload, $start, $ini, $failure, $ours, $case) {
                [$page, $lines] = $upload('echo "begun "; ' . $start, ['rustsql.lock_failure' => $failure, 'session.use_cookies' => '0'] + $ini);
                check(str_starts_with($page, 'begun '), "$case, $failure: nothing before the script", $page);
                [$page, $lines] = $upload($start, ['rustsql.lock_failure' => $failure] + $ini);
                has($failure === 'fail' ? ['is locked by', 'bool(false)'] : ['read-only', 'bool(true)'], $page, "$case, $failure: the page");
                same(1, substr_count($page, 'rustsql: '), "$case, $failure: warnings in the page");
                same($failure === 'fail' ? 2 : 3, $ours($lines), "$case, $failure: in the log");
            });
            same(['n' => 'kept'], $table->request('abc'), "$case, $failure: stored");
        }

        // Nothing is open at all.
        [$page, $lines] = $upload($start, $more + ['rustsql.dsn' => '']);
        has(['bool(false)', 'int(150000)', 'rustsql.dsn'], $page, "$case: nothing configured");
        same(2, $ours($lines), "$case: nothing configured, in the log");

        // Of session.auto_start, which comes behind the upload, the page is told.
        $silent = new SilentHost;
        [$page] = $upload('echo session_status();', $more + ['rustsql.dsn' => hosts_dsn([$silent]), 'rustsql.lock' => $lock, 'rustsql.connect_timeout' => '0.3', 'session.auto_start' => '1']);
        has(['rustsql: cannot connect', '1'], $page, "$case: session.auto_start");
        same(2, $silent->connections(), "$case: session.auto_start, connections");

        // Data that cannot be written.
        [$page, $lines] = $upload('session_start(); echo $_SESSION["n"];', $table->ini($more + ['rustsql.max_size' => '20']));
        same('kept', $page, "$case: too large");
        same(1, $ours($lines), "$case: too large, in the log");
    }
}
unlink($log);
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
