--TEST--
lock=auto is advisory on a server that is no node of a cluster; status() tells what is held
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

$session = new Session('auto');
foreach (['auto', 'advisory', 'row', 'unlocked'] as $lock) {
    echo "$lock: ", $session->run('
        session_start(); $status = RustSql\status(); echo $status["lock"], "\n";
        var_dump($status["connection_id"] > 0, $status["held_ms"] > 0 || $status["lock"] === "unlocked");
        session_write_close(); var_dump(RustSql\status());', ['rustsql.lock' => $lock]);
}
?>
--EXPECT--
auto: advisory
bool(true)
bool(true)
array(0) {
}
advisory: advisory
bool(true)
bool(true)
array(0) {
}
row: row
bool(true)
bool(true)
array(0) {
}
unlocked: unlocked
bool(true)
bool(true)
array(0) {
}
