--TEST--
Upload progress is written to the session while the upload runs and is gone or kept afterwards as asked
--SKIPIF--
<?php require __DIR__ . '/../inc/cgi.php'; if (!cgi_program()) echo 'skip no php-cgi beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

require __DIR__ . '/../inc/cgi.php';

$part = fn (string $name, string $more, string $content) =>
    "--edge\r\nContent-Disposition: form-data; name=\"$name\"$more\r\n\r\n$content\r\n";
$body = $part('PHP_SESSION_UPLOAD_PROGRESS', '', 'photo')
    . $part('file', '; filename="a.bin"', str_repeat('x', 50000))
    . "--edge--\r\n";
foreach (each_lock() as $lock => $table) {
    $table->request('abc', fn () => $_SESSION['n'] = 1);
    foreach (['1', '0'] as $cleanup) {
        $answer = cgi('<?php session_start(); echo $_SESSION["n"], " ", $_FILES["file"]["size"], " ",
            $_SESSION["upload_progress_photo"]["bytes_processed"] ?? "none", " ", json_encode($_SESSION["upload_progress_photo"]["done"] ?? null);',
            $table->ini([
                'session.upload_progress.enabled' => '1', 'session.upload_progress.cleanup' => $cleanup,
                'session.upload_progress.freq' => '1000', 'session.upload_progress.min_freq' => '0',
                'session.use_strict_mode' => '0',
            ]),
            ['CONTENT_TYPE' => 'multipart/form-data; boundary=edge', 'HTTP_COOKIE' => 'PHPSESSID=abc'], $body);
        $progress = $cleanup ? 'none null' : strlen($body) . ' true';
        same("1 50000 $progress", $answer['body'], "$lock, cleanup $cleanup: seen by the script");
        $stored = $table->request('abc');
        same(1, $stored['n'], "$lock, cleanup $cleanup: the rest of the session");
        same(!$cleanup, isset($stored['upload_progress_photo']['done']), "$lock, cleanup $cleanup: stored");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
