<?php
/*
 * What the web hosts run: adds one to the counter of a session, and says what it saw.
 *
 *     ?id=...          the session; its name begins with 'own' if each request stores something of its own
 *     &do=read         only looks
 *     &work=2000       microseconds between reading and writing
 */
declare(strict_types=1);

require __DIR__ . '/open.php';

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
answer($answer + ['at_write' => $warnings]);
