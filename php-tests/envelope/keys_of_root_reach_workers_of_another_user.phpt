--TEST--
PHP-FPM reads the key file as root: its workers, which are another user and may not read it, encrypt with it, also after a reload
--SKIPIF--
<?php
require __DIR__ . '/../inc/fpm.php';
Fpm::skip();
if (posix_geteuid() !== 0) {
    echo 'skip only root can start workers of another user';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/fpm.php';
require __DIR__ . '/../inc/envelope.php';

$file = key_file(KEY_ONE);
chmod($file, 0600);
$session = new Session('advisory', ['rustsql.encryption' => 'required', 'rustsql.encryption_key_file' => $file]);
$host = new Fpm($session, pool: ['user' => 'nobody', 'group' => 'nogroup', 'listen.owner' => 'root', 'listen.mode' => '0666']);
// Root could read it.
$count = 'session_start(); $_SESSION["n"] = 1 + ($_SESSION["n"] ?? 0); echo var_export(is_readable("' . $file . '"), true), " ", $_SESSION["n"];';
$key = fn () => substr($session->row()['data'], 0, 8);
echo $host->run($count);
$first = $key();

// A new key in front: a reload reads the file anew, as root, and what the old key encrypted still opens.
file_put_contents($file, KEY_TWO . "\n" . KEY_ONE . "\n");
$host->run($count);
var_dump($key() === $first);
$workers = $host->workers();
$host->signal(SIGUSR2);
Server::waitFor(fn () => $host->workers() && !array_intersect($host->workers(), $workers));
echo $host->run($count);
var_dump($key() === $first);
?>
--EXPECT--
false 1
bool(true)
false 3
bool(false)
