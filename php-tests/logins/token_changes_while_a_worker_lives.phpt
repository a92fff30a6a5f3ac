--TEST--
A password that changes in its file is used from the next login on, by the same worker; a kept connection outlives it
--SKIPIF--
<?php require __DIR__ . '/../inc/fpm.php'; Fpm::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/fpm.php';

$server = Server::shared();
$folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
mkdir($folder);
$file = "$folder/secret";
$write = function (string $text) use ($file) {
    file_put_contents("$file.new", $text);
    rename("$file.new", $file);
};
$sources = [
    'password_file' => fn (string $password) => "$password\n",
    'defaults_file' => fn (string $password) => "[client]\nuser=nobody\npassword=\"$password\"\n",
];
$visit = '$opened = @session_start(); $_SESSION["n"] = 1; $is = RustSql\status(); session_write_close();
    echo json_encode([$opened, getmypid(), $is["connection_id"] ?? null]);';
foreach ($sources as $source => $content) {
    foreach (['0', '1'] as $persistent) {
        $what = "$source, persistent $persistent";
        $session = new Session('advisory', ['rustsql.persistent' => $persistent]);
        $set = fn (string $password) => $server->query("ALTER USER '$session->user'@'%' IDENTIFIED BY '$password'");
        $ini = ['rustsql.dsn' => "mysql://$session->user@127.0.0.1:$server->port/app", "rustsql.$source" => $file];
        $set('first-secret');
        $write($content('first-secret'));
        // The administrator names the host, so that the file's password goes there.
        $host = new Fpm($session, $ini);
        $request = fn () => json_decode($host->run($visit));
        $request(); // It makes the table.
        [$opened, $pid, $connection] = $request();
        same(true, $opened, "$what: first");

        $set('second-secret');
        $write($content('second-secret'));
        [$opened, $same, $next] = $request();
        same([true, $pid], [$opened, $same], "$what: second");
        same($persistent === '1', $connection === $next, "$what: the same connection");
        // A login after it has the new password.
        $persistent === '1' ? $session->loseConnection() : $session->awaitNoConnection();
        [$opened, $same, $next] = $request();
        same([true, $pid, false], [$opened, $same, $connection === $next], "$what: a new connection");

        // The file is behind: told, and used again as soon as it is not.
        $set('third-secret');
        $persistent === '1' ? $session->loseConnection() : $session->awaitNoConnection();
        [$opened, $same] = $request();
        same([false, $pid], [$opened, $same], "$what: with an old token");
        $write($content('third-secret'));
        same([true, $pid], array_slice($request(), 0, 2), "$what: third");

        // In the middle of a request, which loses its connection then.
        $before = $session->row()['version'];
        $holder = $session->hold('pause(RustSql\status()["connection_id"]); $_SESSION["n"] = 2;', $ini);
        $holder->write("go on\n");
        $its = $holder->readLine();
        $set('fourth-secret');
        $write($content('fourth-secret'));
        $server->query("KILL $its");
        same('', $session->finish($holder), "$what: no warning");
        check($session->row()['version'] !== $before, "$what: written with the new password");
        unset($host, $request);
        $set(Server::PASSWORD);
    }
}
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
