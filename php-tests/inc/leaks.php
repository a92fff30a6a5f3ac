<?php
/*
 * Checks that the state of a request does not leak into the next request of the same process.
 *
 *     echo nothing_left(fn (Session $session) => new Fpm($session));
 */

require_once __DIR__ . '/web_host.php';

/** The ways in which a request of the first visitor ends. */
const LEAVINGS = [
    'session left open' => '',
    'session closed' => 'session_write_close();',
    'exit' => 'exit;',
    'exception' => 'throw new Exception("secret");',
    'fatal error' => 'undefined_function();',
    'out of memory' => 'ini_set("memory_limit", "4M"); $x = []; for (;;) $x[] = str_repeat("x", 100000);',
    'out of time' => 'set_time_limit(1); for (;;);',
    'error in a shutdown function' => 'register_shutdown_function(fn () => undefined_function());',
    'refused write' => '$_SESSION["a|b"] = 1;',
    'regenerated' => 'session_regenerate_id();',
    'destroyed' => 'session_destroy();',
    'aborted' => 'session_abort();',
    'reset' => 'session_reset();',
    'settings' => 'session_write_close(); foreach (["lock" => "unlocked", "lock_timeout" => "0", "lock_failure" => "readonly", "read_only" => "1",
        "touch_interval" => "1", "store_empty" => "0"] as $key => $value) if (ini_set("rustsql.$key", $value) === false) echo "cannot set $key"; session_start();',
    'settings of PHP' => 'session_write_close(); ini_set("session.serialize_handler", "php_serialize"); ini_set("session.use_strict_mode", 1); session_name("other"); session_start();',
    'another server' => 'session_write_close(); session_save_path("mysql://secret:secret@127.0.0.1:1/secret"); @session_start();',
    'handler of its own' => 'session_write_close(); session_set_save_handler(new SessionHandler, true); session_start();',
    'lock not had' => 'session_write_close(); session_id("held"); ini_set("rustsql.lock_timeout", "0"); @session_start();',
    'undecodable' => 'session_write_close(); ini_set("session.serialize_handler", "php_binary"); @session_start();',
];
const LOOK = '
    $seen = [];
    if (session_status() !== PHP_SESSION_NONE || isset($_SESSION)) $seen[] = "a session";
    if (RustSql\status()) $seen[] = json_encode(RustSql\status());
    if (error_get_last()) $seen[] = error_get_last()["message"];
    foreach (["rustsql", "session"] as $of)
        foreach (ini_get_all($of) as $key => $value)
            if ($value["local_value"] !== $value["global_value"]) $seen[] = "$key = $value[local_value]";
    session_start();
    if (array_diff_key($_SESSION, ["looks" => 0])) $seen[] = json_encode($_SESSION);
    $_SESSION["looks"] = ($_SESSION["looks"] ?? 0) + 1;
    echo json_encode([getmypid(), $_SESSION["looks"], $seen]);';

/**
 * `$make` returns a host with one worker, which must survive all requests. The result has the number of clean requests, and the
 * state that others leaked, with kept connections and without.
 *
 * @param callable(Session): (WebHost|FastCgiWorker|WorkerLoop) $make
 */
function nothing_left(callable $make): string
{
    $report = '';
    foreach (['advisory' => '1', 'row' => '0'] as $lock => $persistent) {
        $session = new Session($lock, ['rustsql.persistent' => $persistent]);
        $host = $make($session);
        $holder = $session->hold('', [], 'held');
        [$worker] = json_decode($host->run(LOOK, 'looker'), flags: JSON_THROW_ON_ERROR);
        $looks = 1;
        $clean = 0;
        foreach (LEAVINGS as $what => $code) {
            $session->run('session_start(); $_SESSION = ["secret" => 1];');
            $host->run("session_start(); \$_SESSION['secret'] = 2; $code");
            $look = trim($host->run(LOOK, 'looker'));
            $again = $session->run('var_dump(session_start());', ['rustsql.lock_timeout' => '0']);
            if ($look === json_encode([$worker, ++$looks, []]) && $again === "bool(true)\n") {
                $clean++;
            } else {
                $report .= "$lock, $what: $look, $again";
            }
        }
        $session->finish($holder);
        $report .= "$lock: after $clean of " . count(LEAVINGS) . " nothing is left\n";
    }
    return $report;
}
