<?php
/*
 * The page that every contestant runs: starts the session of the cookie, does something to it, closes it, and answers in one
 * line what load.c reads. How the session is kept is up to the ini of the pool, or to what BENCH_HANDLER names.
 *
 *     ?do=fill         makes the session, of &size=2048 bytes about, its counter 0
 *     ?do=changed      adds one to the counter
 *     ?do=unchanged    stores what it read
 *     ?do=read         read_and_close
 *     ?do=new          a new session, of &size=2048 bytes about, its counter 1
 *     ?do=hold         keeps the session; the worker's pid comes into the file &pid=NAME
 *     &work=5000       microseconds between reading and writing
 */
declare(strict_types=1);

require_once __DIR__ . '/payload.php';

$trouble = [];
set_error_handler(function (int $level, string $message) use (&$trouble): bool {
    $trouble[] = $message;
    return true;
});
if ($handler = getenv('BENCH_HANDLER')) {
    require __DIR__ . "/$handler.php";
}
$do = $_GET['do'];
$opened = session_start($do === 'read' ? ['read_and_close' => true] : []);
$had = hrtime(true);
if ($opened) {
    match ($do) {
        'fill', 'new' => $_SESSION = ['n' => $do === 'new' ? 1 : 0, 'user' => 4711] + payload((int) $_GET['size']),
        'changed' => $_SESSION['n']++,
        'hold' => hold($_GET['pid']),
        default => null,
    };
    if ($work = (int) ($_GET['work'] ?? 0)) {
        usleep($work);
    }
}
$let_go = hrtime(true);
if ($opened && $do !== 'read') {
    session_write_close();
}
$answer = sprintf("%s %d %d %d %s %s\n", !$opened ? 'failed' : ($trouble ? 'warned' : 'ok'), $_SESSION['n'] ?? -1, $had, $let_go,
    session_id() ?: "-", strtr(substr(implode('; ', $trouble), 0, 300), "\n", ' '));
header('Content-Length: ' . strlen($answer));
echo $answer;

function hold(string $file): void
{
    file_put_contents("$file.new", getmypid());
    rename("$file.new", $file);
    sleep(60);
}
