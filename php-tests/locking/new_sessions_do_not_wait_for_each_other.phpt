--TEST--
Sessions do not wait for each other, and many first requests on many new ids end without a deadlock
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

foreach (LOCKS as $lock) {
    $first = new Session($lock, ['rustsql.lock_timeout' => '0']);
    for ($i = 0; $i < 5; $i++) {
        $holders[] = $first->hold('$_SESSION["n"] = 1;', [], "id-$i");
    }
    echo "$lock: ", implode(array_map($first->finish(...), $holders)), "all at once\n";
    $holders = [];

    $session = new Session($lock);
    $code = 'mt_srand(getmypid()); foreach (range(1, 40) as $i) { $ids[] = "new-$i"; } shuffle($ids);
        foreach ($ids as $id) { session_id($id); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); }';
    $processes = array_map(fn () => $session->start($code), range(1, 12));
    echo implode(array_map($session->finish(...), $processes));
    echo $session->run('foreach (range(1, 40) as $i) { session_id("new-$i"); session_start(); $all[] = $_SESSION["n"]; session_abort(); }
        echo json_encode(array_count_values($all));');
}
?>
--EXPECT--
advisory: all at once
{"12":40}
row: all at once
{"12":40}
