--TEST--
A sweep of thousands of files while 8 clients use their sessions, killed once in the middle: nobody is logged out, nothing is lost
--SKIPIF--
<?php require __DIR__ . '/../inc/command.php'; if (!is_file(command_file())) echo 'skip make command builds it'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';
require __DIR__ . '/../inc/command.php';

$count = (int) (getenv('COUNT') ?: 2000); // with COUNT=100000 its figures go to target/test/sweep.txt
$old = new OldFiles;
$session = new Session('advisory', ['rustsql.persistent' => '1', 'rustsql.migrate_from' => 'files', 'rustsql.migrate_path' => "1;$old->folder"]);
$session->run('session_start();');
$session->server->query("DELETE FROM app.$session->table");
for ($n = 0; $n < $count; $n++) {
    $old->put(hash('sha1', "session $n"), 'n|i:0;', depth: 1);
}

// Each client has its own sessions, and counts its visits. Two of them at once are two tabs of one visitor.
$client = '$visits = array_fill_keys($own = range(intdiv($argv[1], 2), $argv[2] - 1, 4 * 25), 0);
    while (!file_exists($argv[3])) {
        $n = $own[array_rand($own)];
        session_id(hash("sha1", "session $n"));
        if (!session_start()) { fwrite(STDOUT, "not started\n"); continue; }
        if (!isset($_SESSION["n"]) || $_SESSION["n"] < $visits[$n]) fwrite(STDOUT, "logged out, or a visit lost\n");
        $_SESSION["n"] = 1 + ($_SESSION["n"] ?? 0);
        session_write_close();
        usleep(20000);
        $visits[$n]++;
    }
    fwrite(STDOUT, "visits " . array_sum($visits));';
$end = "$old->folder/end";
$clients = array_map(fn ($n) => php_start($client, $session->ini, [(string) $n, (string) $count, $end]), range(0, 7));
$rows = fn (string $what) => (int) $session->server->query("SELECT $what AS n FROM app.$session->table")[0]['n'];

$start = hrtime(true);
$arguments = ['sweep', '--json', '--php', php_with($session->ini)];
$killed = new PhpProcess([command_file(), ...$arguments]);
Server::waitFor(fn () => $rows('COUNT(*)') > $count / 20, 600);
$killed->signal(SIGKILL);
$killed->wait();
$said = (new PhpProcess([command_file(), ...$arguments]))->wait(1200);
$seconds = (hrtime(true) - $start) / 1e9;
$counts = json_decode($said['out'], true);
same([0, 0], [$said['exit'], $counts['refused'] ?? null], "the sweep: $said[out] $said[err]");
touch($end);
$visits = 0;
foreach ($clients as $one) {
    $text = trim($session->finish($one, 600));
    same(1, preg_match('~^visits (\d+)$~', $text, $found), "a client: $text");
    $visits += (int) ($found[1] ?? 0);
}
same([$count, $visits], [$rows('COUNT(*)'), $rows('SUM(CAST(SUBSTRING(data, 5) AS UNSIGNED))')], 'rows and visits');
check($visits > 20, 'the clients were live', $visits);
same('0', trim(shell_exec('find ' . escapeshellarg($old->folder) . ' -name "sess_*" | wc -l')), 'files that are left');
same([], warnings(), 'warnings');
if (getenv('COUNT')) {
    file_put_contents(dirname(__DIR__, 2) . '/target/test/sweep.txt', sprintf("%d sessions in %.1f s, %d visits meanwhile, %s\n", $count, $seconds, $visits, trim($said['out'])));
}
echo "done\n";
--EXPECT--
done
