<?php
/*
 * The part of tools/check that needs PHP: asks each host, and writes, reads and destroys a session.
 */

$failed = false;
function good(string $text): void
{
    echo "  ✓ $text\n";
}
function bad(string $text): void
{
    global $failed;
    $failed = true;
    echo "  ✗ $text\n";
}
// PHP's own warnings repeat in other words what the extension's say.
set_error_handler(function (int $level, string $message): bool {
    if (($at = strpos($message, 'rustsql: ')) !== false) {
        bad(substr($message, $at + 9));
    }
    return true;
});

$url = preg_match('~^(mysql|mariadb|mysql2|mysqli|pdo-mysql)://~i', ini_get('session.save_path'));
if (!$url && ini_get('rustsql.dsn') === '' && ini_get('rustsql.defaults_file') === '') {
    bad('neither rustsql.dsn nor rustsql.defaults_file is set for the command line');
    exit(1);
}
$hosts = RustSql\ping();
foreach ($hosts as $host) {
    $host['ready'] ? good("$host[host], $host[version]: ready for sessions") : bad($host['error']);
}
if (!in_array(true, array_column($hosts, 'ready'), true)) {
    exit(1);
}
$written = bin2hex(random_bytes(8));
if (session_start()) {
    $id = session_id();
    $_SESSION['written'] = $written;
    session_write_close();
    $_SESSION = [];
    session_id($id);
    $read = session_start() ? $_SESSION['written'] ?? null : null;
    $status = RustSql\status();
    session_destroy();
    if ($read === $written && !$failed) {
        good("a session was written, read and destroyed: $status[host], lock $status[lock]");
    } else {
        bad('the session did not keep what was written');
    }
}
exit((int) $failed);
