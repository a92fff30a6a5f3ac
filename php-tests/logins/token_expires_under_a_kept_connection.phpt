--TEST--
Tokens as with IAM: each login sends the current token of the file, inside verified TLS; a kept connection outlives its token
--SKIPIF--
<?php require __DIR__ . '/../inc/pam.php'; Pam::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/pam.php';

$pam = new Pam;
$logins = $pam->logins;
$file = $logins->certificates->folder . '/token';
// The server and the web host learn of a new token at the same time.
$renew = function (string $token) use ($pam, $file) {
    foreach ([$pam->token, $file] as $path) {
        file_put_contents("$path.new", "$token\n");
        rename("$path.new", $path);
    }
};
// PAM takes at most 512 bytes.
$token = fn () => 'secret-' . bin2hex(random_bytes(240));
$renew($old = $token());
$worker = php_start('while (fgets(STDIN) !== false) { session_id("abc"); $opened = session_start(); $id = RustSql\status()["connection_id"] ?? 0;
    $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); fwrite(STDOUT, json_encode([$opened, $id, error_get_last()["message"] ?? ""]) . "\n"); error_clear_last(); }',
    ['rustsql.cleartext' => '1', 'rustsql.password_file' => $file, 'rustsql.persistent' => '1', 'display_errors' => '0', 'session.use_cookies' => '0']
    + $logins->ini('token', 'verified', [], null));
$request = function () use ($worker): array {
    $worker->write("go on\n");
    return json_decode($worker->readLine());
};
$request(); // It makes the table.
[$opened, $connection] = $request();
same(true, $opened, 'first');
$renew($token());
same([true, $connection], array_slice($request(), 0, 2), 'a kept connection outlives its token');
$logins->server->query("KILL $connection");
[$opened, $next] = $request();
same([true, false], [$opened, $next === $connection], 'a new connection has the new token');
// The renewal is late at the web host.
file_put_contents($pam->token, $token());
$logins->server->query("KILL $next");
[$opened] = $request();
same(false, $opened, 'an old token');
$renew($token());
same(true, $request()[0], 'the renewed one');
$end = $worker->wait();
check(!str_contains($end['out'] . $end['err'], 'secret-'), 'nothing secret', $end);
echo "done\n";
--EXPECT--
done
