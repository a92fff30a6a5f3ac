--TEST--
An exception that the old handler throws becomes the reason in one warning of ours; the script goes on, and no exception is left
--SKIPIF--
<?php require __DIR__ . '/../inc/migration.php'; if ($missing = OldServer::missing()) echo "skip $missing"; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/migration.php';

// php-redis throws an exception at this answer of its server, and at one that is not Redis's.
foreach (['-LOADING Redis is loading the dataset in memory' => 'LOADING Redis', 'SSH-2.0-OpenSSH' => 'protocol error'] as $answer => $reason) {
    $code = '$server = stream_socket_server("tcp://127.0.0.1:0"); echo stream_socket_get_name($server, false), "\n";
        while ($client = stream_socket_accept($server, -1)) while (fread($client, 1000)) fwrite($client, $argv[1]);';
    $redis = new PhpProcess([helper_php(), '-n', '-r', $code, '--', "$answer\r\n"]);
    $path = ['rustsql.migrate_path' => 'tcp://' . $redis->readLine()];
    foreach (LOCKS as $lock) {
        $what = "$reason, $lock";
        $session = new Session($lock, $path + (new OldServer('redis'))->ini());
        $said = $session->run('var_dump(session_start()); echo "goes on\n";');
        one_warning(["'redis'", $reason, 'nothing was written'], $said, "$what: start");
        has(["bool(false)\n", "goes on\n"], $said, "$what: start");
        check(!str_contains($said, $session->id), "$what: no id", $said);
        same(null, $session->row(), "$what: nothing written");

        // Also at the end of the request, where no function runs.
        $kept = ['rustsql.migrate_keep' => '1'];
        foreach (['', 'session_write_close();', 'exit;', 'function f() { session_write_close(); } f();'] as $n => $end) {
            $session->run('session_start(); $_SESSION["n"] = 0;', ['rustsql.migrate_from' => '']);
            $said = $session->run("register_shutdown_function(function () { echo \"shut down\n\"; }); session_start(); \$_SESSION['n'] = $n; echo \"goes on\n\"; $end", $kept);
            $n && one_warning(["'redis'", $reason, 'written to the database'], $said, "$what: write, $end");
            has(["goes on\n", "shut down\n"], $said, "$what: write, $end");
            check(!str_contains($said, 'Uncaught'), "$what: write, $end", $said);
            same("n|i:$n;", $session->stored(), "$what: written, $end");
        }
        $said = $session->run('session_start(); var_dump(session_destroy()); echo "goes on\n";');
        one_warning(["'redis'", $reason, 'keeps it from coming back'], $said, "$what: destroy");
        has(["bool(true)\n", "goes on\n"], $said, "$what: destroy");
        same('', $session->stored(), "$what: destroyed");

        // The exception of the script itself stays.
        $session->run('session_start(); $_SESSION["n"] = 0;', ['rustsql.migrate_from' => '']);
        $said = $session->run('class A { function __destruct() { session_write_close(); } }
            function f() { $a = new A; throw new Exception("its own"); }
            session_start(); $_SESSION["n"] = 5; try { f(); } catch (Exception $e) { echo $e->getMessage(), "\n"; }', $kept);
        has("its own\n", $said, "$what: the script's exception");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
