--TEST--
MariaDB's thread pool executes two commands that arrive at once, with TLS and without
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/tls.php';
require __DIR__ . '/../inc/fastcgi.php';

$made = new Certificates;
$ca = $made->authority('ca');
$flavour = getenv('RUSTSQL_TEST_FLAVOUR') ?: 'mariadb';
$server = Server::start($flavour, $made->make('its', $ca, ['DNS:localhost'])->server() + ($flavour === 'mysql' ? [] : ['thread_handling' => 'pool-of-threads']));
foreach (LOCKS as $lock) {
    foreach (['disabled', 'required'] as $tls) {
        // The limit is far longer than a request, and far shorter than the test's own.
        $session = new Session($lock, ['rustsql.tls' => $tls, 'rustsql.io_timeout' => '20'], $server);
        $host = new FastCgiWorker($session);
        for ($n = 1; $n <= 4; $n++) {
            same('', $host->run('session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;'), "$lock, $tls: changed");
            $new = trim($host->run('session_id(""); session_start(); $_SESSION["n"] = 7; echo session_id();'));
            same("7\n", $host->run('session_start(["read_and_close" => true]); echo $_SESSION["n"];', $new), "$lock, $tls: new");
        }
        same('n|i:4;', $session->stored(), "$lock, $tls: stored");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
