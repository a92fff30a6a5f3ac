--TEST--
Strict mode: requests that bring an id nobody stored get one each, without waiting, and that id leaves no row
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['session.use_strict_mode' => '1', 'rustsql.lock_timeout' => '0']);
    $first = $session->hold('echo session_id();');
    $second = $session->hold('echo session_id();');
    $rows = fn () => count($session->server->query("SELECT 1 FROM app.$session->table"));
    echo "$lock: ", $rows(), " rows before they end\n";
    $ids = [$session->id, trim($session->finish($first)), trim($session->finish($second))];
    echo count(array_unique($ids)), " ids\n";
    var_dump($session->row(), $rows());

    // The id that was given is known from now on.
    $code = "session_id('$ids[1]'); session_start(); var_dump(session_id() === '$ids[1]');";
    echo $session->run($code);
}
?>
--EXPECT--
advisory: 0 rows before they end
3 ids
NULL
int(2)
bool(true)
row: 0 rows before they end
3 ids
NULL
int(2)
bool(true)
