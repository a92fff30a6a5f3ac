--TEST--
However a request ends, its lock is free and its data is what the files handler keeps
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const ENDS = [
    'end of script' => '',
    'exit' => 'exit(1);',
    'exit in a shutdown function' => 'register_shutdown_function(function () { $_SESSION["late"] = 1; exit(1); });',
    'exit in a destructor' => '$o = new class { function __destruct() { $_SESSION["late"] = 1; exit(1); } };',
    'uncaught exception' => 'throw new Exception("x");',
    'exception in a shutdown function' => 'register_shutdown_function(fn () => throw new Exception("x"));',
    'undefined function' => 'undefined_function();',
    'compile error' => 'eval("class A {} class A {}");',
    'E_USER_ERROR' => '@trigger_error("x", E_USER_ERROR);',
    'memory limit' => 'ini_set("memory_limit", "8M"); $x = []; for (;;) { $x[] = str_repeat("x", 1000); }',
    'memory limit within $_SESSION' => 'ini_set("memory_limit", "8M"); for ($i = 0;; $i++) { $_SESSION["x"] = str_repeat("x", $i * 1000); }',
    'time limit' => 'set_time_limit(1); for (;;);',
    'SIGTERM' => 'exec("kill -TERM " . getmypid()); for (;;);',
    'SIGKILL' => 'exec("kill -KILL " . getmypid()); for (;;);',
    'after session_write_close()' => 'session_write_close(); $_SESSION["n"] = 3; undefined_function();',
    'after session_abort()' => 'session_abort(); undefined_function();',
    'after session_destroy()' => 'session_destroy(); undefined_function();',
    'after session_regenerate_id()' => 'session_regenerate_id(); $_SESSION["n"] = 3; undefined_function();',
];
const HANDLERS = ['files', 'advisory', 'row'];

$folder = sys_get_temp_dir() . '/rustsql-files-' . getmypid();
mkdir($folder);
foreach (HANDLERS as $handler) {
    $ini = ['session.save_handler' => $handler === 'files' ? 'files' : 'rustsql', 'session.save_path' => $folder];
    $sessions[$handler] = new Session($handler === 'files' ? 'auto' : $handler, $ini);
}
$for_each = 'foreach (' . var_export(array_keys(ENDS), true) . ' as $i => $how) { session_id("end-$i");';
foreach ($sessions as $session) {
    $session->run("$for_each session_start(); \$_SESSION = ['n' => 1]; session_write_close(); }");
}
foreach (array_values(ENDS) as $i => $code) {
    $requests = array_map(fn ($session) => $session->hold('$_SESSION["n"] = 2; ' . $code, [], "end-$i"), $sessions);
    // All three at once, as one of the ends takes its time.
    foreach ($requests as $request) {
        $request->write("\n");
    }
    foreach ($requests as $handler => $request) {
        if (preg_match('/^.*rustsql: .*/m', $sessions[$handler]->finish($request), $found)) {
            echo "$found[0]\n";
        }
    }
}
foreach ($sessions as $handler => $session) {
    $kept[$handler] = json_decode($session->run("$for_each
        \$all[\$how] = session_start() ? \$_SESSION : 'locked'; session_abort(); }
        echo json_encode(\$all);", ['rustsql.lock_timeout' => '5']), true);
}
foreach ($kept['files'] as $how => $data) {
    echo "$how: ", preg_replace('/"xxx*"/', '"..."', json_encode($data)), "\n";
    foreach (['advisory', 'row'] as $lock) {
        if ($kept[$lock][$how] !== $data) {
            echo "    but $lock ", json_encode($kept[$lock][$how]), "\n";
        }
    }
}
?>
--CLEAN--
<?php
foreach (glob(sys_get_temp_dir() . '/rustsql-files-*') as $folder) {
    if (!file_exists('/proc/' . substr(strrchr($folder, '-'), 1))) {
        array_map(unlink(...), glob("$folder/*"));
        rmdir($folder);
    }
}
?>
--EXPECT--
end of script: {"n":2}
exit: {"n":2}
exit in a shutdown function: {"n":2,"late":1}
exit in a destructor: {"n":2,"late":1}
uncaught exception: {"n":2}
exception in a shutdown function: {"n":2}
undefined function: {"n":2}
compile error: {"n":2}
E_USER_ERROR: {"n":2}
memory limit: {"n":2}
memory limit within $_SESSION: {"n":2,"x":"..."}
time limit: {"n":2}
SIGTERM: {"n":1}
SIGKILL: {"n":1}
after session_write_close(): {"n":2}
after session_abort(): {"n":1}
after session_destroy(): []
after session_regenerate_id(): {"n":2}
