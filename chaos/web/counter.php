<?php
/*
 * What the web hosts run: adds one to the counter of a session, and says what it saw. The answer is one line of JSON,
 * printed when all is over: a request that is cut short has none.
 *
 *     ?id=...          the session; its name begins with 'own' if each request stores something of its own
 *     &do=read         only looks
 *     &work=2000       microseconds between reading and writing
 */
declare(strict_types=1);

$warnings = [];
set_error_handler(function (int $level, string $message) use (&$warnings): bool {
    $warnings[] = $message;
    return true;
});

session_id($_GET['id']);
$opened = session_start();
$answer = ['pid' => getmypid(), 'opened' => $opened, 'at_start' => $warnings];
if ($opened) {
    $warnings = [];
    $answer['read'] = $n = $_SESSION['n'] ?? 0;
    if (($_GET['do'] ?? '') === 'read') {
        session_abort();
    } else {
        usleep((int) ($_GET['work'] ?? 0));
        $_SESSION['n'] = $answer['n'] = $n + 1;
        // Of changing length, so that rows grow and shrink.
        $_SESSION['ballast'] = str_repeat(chr(65 + $n % 26), $n * 37 % 3000);
        if (str_starts_with($_GET['id'], 'own')) {
            $_SESSION['request'] = random_bytes(8);
        }
        session_write_close();
    }
    $answer['at_write'] = $warnings;
}
echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
