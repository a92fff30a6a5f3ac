<?php
/*
 * What both web hosts of the demo run: one request on the visitor's session. The answer is a line of JSON.
 *
 *     ?do=read      only looks
 *     ?do=add       adds one to the counter, with a little work between reading and writing it
 *         &id=      the same id counts once, however often it is sent
 *     ?do=hold      adds one and keeps the session for &seconds=; says so first, in a line of its own
 *     ?do=logout    destroys the session
 *     &lock=unlocked    the same without locking
 */
declare(strict_types=1);

const KNOWN_IDS = 200;

$answer = ['host' => getenv('DEMO_HOST'), 'pid' => getmypid(), 'warnings' => []];
set_error_handler(function (int $level, string $message) use (&$answer): bool {
    if (error_reporting() & $level) {
        $answer['warnings'][] = $message;
    }
    return true;
});

require __DIR__ . '/hosts.php';
// The page of one host also calls the other. Cookies do not know of ports, but fetch() has to be told.
$origin = $_SERVER['HTTP_ORIGIN'] ?? '';
if (in_array($origin, $hosts, true)) {
    header("Access-Control-Allow-Origin: $origin");
    header('Access-Control-Allow-Credentials: true');
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

// The row's version, in its parts: see src/store/version.rs. The write that follows names the one that was read.
$parts = fn (?int $version): ?array => $version === null ? null : [
    'mark' => sprintf('%05x', $version & (1 << 18) - 1),
    'write' => ($version >> 18 & (1 << 9) - 1) + 1,
    'lineage' => sprintf('%07x', $version >> 27 & (1 << 26) - 1),
    'instance' => $version >> 53,
];

$answer['asked'] = $now();
$answer['opened'] = session_start();
$answer['got'] = $now();
if ($answer['opened']) {
    $n = $_SESSION['n'] ?? 0;
    $do = $_GET['do'] ?? 'read';
    if ($do === 'add') {
        usleep(min(100_000, (int) ($_GET['work'] ?? 500)));
        $id = (string) ($_GET['id'] ?? '');
        $known = $_SESSION['ids'] ?? [];
        if (!in_array($id, $known, true)) {
            $n++;
            if ($id !== '') {
                $_SESSION['ids'] = array_slice([...$known, $id], -KNOWN_IDS);
            }
        }
    } elseif ($do === 'hold') {
        $n++;
        @unlink(getenv('DEMO_RELEASE'));
        $say(['n' => $n] + $answer);
        flush();
        $end = $now() + 1000 * min(60, (float) ($_GET['seconds'] ?? 3));
        // Until its time is over, or the demo says that it is.
        while ($now() < $end && !file_exists(getenv('DEMO_RELEASE'))) {
            usleep(2000);
        }
    }
    $_SESSION['n'] = $answer['n'] = $n;
    $status = RustSql\status();
    $answer['version'] = $parts($status['version']);
    // As text: numbers of 64 bits are rounded in JavaScript.
    $answer['status'] = array_map(fn ($value) => is_int($value) ? (string) $value : $value, $status);
    $do === 'logout' ? session_destroy() : session_write_close();
}
$say(['done' => $now()] + $answer);
