<?php
/*
 * What both web hosts of the demo run: one request on the visitor's session. The answer is a line of JSON.
 *
 *     ?do=read      only looks
 *     ?do=add       adds one to the counter, with a little work between reading and writing it
 *     ?do=hold      adds one and keeps the session for &seconds=; says so first, in a line of its own
 *     ?do=logout    destroys the session
 *     &lock=unlocked    the same without locking
 */
declare(strict_types=1);

$answer = ['host' => getenv('DEMO_HOST'), 'pid' => getmypid(), 'warnings' => []];
set_error_handler(function (int $level, string $message) use (&$answer): bool {
    $answer['warnings'][] = $message;
    return true;
});

// The page of one host also calls the other. Cookies do not know of ports, but fetch() has to be told.
$name = preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '');
foreach (explode(',', getenv('DEMO_PORTS')) as $port) {
    if (($_SERVER['HTTP_ORIGIN'] ?? '') === "http://$name:$port") {
        header("Access-Control-Allow-Origin: http://$name:$port");
        header('Access-Control-Allow-Credentials: true');
    }
}
header('Content-Type: application/json');

if (($_GET['lock'] ?? '') === 'unlocked') {
    ini_set('rustsql.lock', 'unlocked');
}

// The clock is the machine's: the times of all workers of both hosts can be compared.
$now = fn (): float => hrtime(true) / 1e6;
$say = function (array $answer): void {
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
};

$answer['asked'] = $now();
$answer['opened'] = session_start();
$answer['got'] = $now();
if ($answer['opened']) {
    $n = $_SESSION['n'] ?? 0;
    $do = $_GET['do'] ?? 'read';
    if ($do === 'add') {
        usleep(500);
        $n++;
    } elseif ($do === 'hold') {
        $n++;
        $say(['n' => $n] + $answer);
        flush();
        $end = $now() + 1000 * min(60, (float) ($_GET['seconds'] ?? 3));
        // Until its time is over, or the demo says that it is.
        while ($now() < $end && !file_exists(getenv('DEMO_RELEASE'))) {
            usleep(2000);
        }
    }
    $_SESSION['n'] = $answer['n'] = $n;
    // As text: numbers of 64 bits are rounded in JavaScript.
    $answer['status'] = array_map(fn ($value) => is_int($value) ? (string) $value : $value, RustSql\status());
    $do === 'logout' ? session_destroy() : session_write_close();
}
$say(['done' => $now()] + $answer);
