--TEST--
Requests that find no table at the same moment make it together, and none of them notices
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const TABLES = 12;

foreach (LOCKS as $lock) {
    $session = new Session($lock);
    $tables = array_map(fn ($n) => "{$session->table}_$n", range(1, TABLES));
    $requests = 'fgets(STDIN);
        foreach (array_slice($argv, 2) as $table) {
            session_save_path("$argv[1]&table=$table");
            session_id("own" . getmypid()); session_start(); $_SESSION["n"] = 1; session_write_close();
        }';
    $workers = [];
    foreach (range(1, 8) as $n) {
        $workers[] = php_start($requests, $session->ini, [$session->server->dsn("lock=$lock", ['user' => $session->user]), ...$tables]);
    }
    foreach ($workers as $worker) {
        $worker->write("go\n");
    }
    foreach ($workers as $worker) {
        echo $worker->wait()['out'];
    }
    $stored = array_map(fn ($table) => (int) $session->server->query("SELECT COUNT(*) AS c FROM app.$table")[0]['c'], $tables);
    echo "$lock: ", json_encode(array_count_values($stored)), "\n";
}
?>
--EXPECT--
advisory: {"8":12}
row: {"8":12}
