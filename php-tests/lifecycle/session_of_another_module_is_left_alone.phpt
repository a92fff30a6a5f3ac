--TEST--
SessionHandler's functions leave the session of another module alone, which PHP hands to them after session_module_name()
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$folder = sys_get_temp_dir() . '/other-module-' . getmypid();
mkdir($folder);
$first = [
    'nothing before' => '',
    'a session before' => 'session_start(); session_write_close();',
    'an aborted one before' => 'session_start(); session_abort();',
];
$opened = "open('$folder', 'PHPSESSID')";
$calls = [[$opened], [$opened, 'read($id)', 'write($id, "n|i:99;")', 'destroy($id)', 'gc(1)', 'close()', $opened]];
foreach (LOCKS as $lock) {
    foreach ($first as $what => $before) {
        foreach ($calls as $methods) {
            $session = new Session($lock, ['display_errors' => '0', 'session.save_path' => $folder]);
            $code = "$before session_module_name('files'); session_save_path('$folder'); session_id('other'); session_start();
                \$_SESSION['n'] = 1; \$id = session_id(); \$h = new SessionHandler; \$messages = [];
                set_error_handler(function (\$level, \$message) use (&\$messages) { \$messages[] = \$message; });";
            foreach ($methods as $method) {
                $code .= "\$h->$method;";
            }
            $out = $session->run("$code echo count(preg_grep('~rustsql: the open session belongs to another~', \$messages)); session_write_close();");
            $count = count(preg_grep('~open~', $methods));
            trim($out) === "$count" || print("$lock, $what, $method: $out\n");
            $stored = (string) @file_get_contents("$folder/sess_other");
            $stored === 'n|i:1;' || print("$lock, $what, $method: stored $stored\n");
        }
    }
}
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
echo "done\n";
?>
--EXPECT--
done
