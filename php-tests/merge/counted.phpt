--TEST--
RustSql\stats() counts merged writes and conflicts, and RustSql\status() names the mode
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/check.php';

$session = new Session('merge', ['rustsql.merge_conflict' => 'refuse', 'html_errors' => '0']);
$host = new Fpm($session, [], ['pm.max_children' => '3']);
$host->run('session_start(); $_SESSION = ["a" => 0, "b" => 0];');
/** Runs while another request has read the session, and returns what that one says. */
$overlap = function (string $code, string $meanwhile, string $before = '') use ($host): string {
    $file = tempnam(sys_get_temp_dir(), 'gate');
    $request = $host->begin("$before session_start(); file_put_contents('$file.held', ''); while (file_exists('$file')) { usleep(2000); clearstatcache(); } $code");
    Server::waitFor(fn () => file_exists("$file.held"));
    $host->run("session_start(); $meanwhile");
    array_map(unlink(...), [$file, "$file.held"]);
    return Session::tidy($request->wait());
};
same("merge\n", $overlap('$_SESSION["a"] = 1; echo RustSql\status()["lock"];', '$_SESSION["b"] = 1;'), 'merged');
has('$_SESSION[\'b\']', $overlap('$_SESSION["b"] = 3;', '$_SESSION["b"] = 2;'), 'conflict');
same('', $overlap('', '$_SESSION["b"] = 4;'), 'unchanged');
same('a|i:1;b|i:4;', $session->stored(), 'stored');
$stats = json_decode($host->run('echo json_encode(RustSql\stats());'), true);
$expected = ['merges' => 1, 'merge_conflicts' => 0, 'refused_conflict' => 1, 'writes' => 5, 'unchanged' => 1, 'lost_locks' => 0];
same($expected, array_intersect_key(array_replace($expected, $stats), $expected), 'stats()');
has('stays for $_SESSION[\'b\'] ', $overlap('$_SESSION["a"] = 5; $_SESSION["b"] = 5;', '$_SESSION["b"] = 6;', 'ini_set("rustsql.merge_conflict", "stored");'), 'stored');
$stats = json_decode($host->run('echo json_encode(RustSql\stats());'), true);
same([2, 1, 1], [$stats['merges'], $stats['merge_conflicts'], $stats['refused_conflict']], 'stats() after a conflict');
echo "done\n";
?>
--EXPECT--
done
