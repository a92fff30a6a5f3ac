<?php
/*
 * The beginning of a page that the web hosts run: opens the session ?id=... A page that cannot open it ends here. The answer is one
 * line of JSON, printed when all is over: a request that is cut short has none.
 */
declare(strict_types=1);

function answer(array $answer): never
{
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    exit;
}

$warnings = [];
set_error_handler(function (int $level, string $message) use (&$warnings): bool {
    $warnings[] = $message;
    return true;
});
session_id($_GET['id']);
$opened = session_start();
$answer = ['pid' => getmypid(), 'opened' => $opened, 'at_start' => $warnings];
$opened || answer($answer);
$warnings = [];
