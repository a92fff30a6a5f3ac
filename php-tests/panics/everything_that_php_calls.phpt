--TEST--
A panic in any callback is one warning and a failure value; the worker continues, no lock stays, and the session is not damaged
--SKIPIF--
<?php
require __DIR__ . '/../inc/fastcgi.php';
strpos((string) file_get_contents(php_extension_file()), 'PANIC_AT') || die('skip needs the library that tools/panics builds');
FastCgiWorker::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/fastcgi.php';
require __DIR__ . '/../inc/migration.php';

// Every place where PHP's calls are caught: those of the callbacks, of the functions, of the settings, of the module.
$places = [];
foreach (glob(dirname(__DIR__, 2) . '/src/php/*.rs') as $file) {
    foreach (preg_grep('~\bboundary::(call|caught|string)\(~', file($file)) as $line => $text) {
        $places[] = 'src/php/' . basename($file) . ':' . ($line + 1);
    }
}
check(count($places) >= 15, 'places', $places);

// Comes to all of them. Each call may fail, and the next one goes on from there.
$everything = <<<'PHP'
    error_reporting(E_ALL);
    ini_set('rustsql.lock_timeout', '5');
    ini_set('session.use_strict_mode', '1');
    session_start(); $_SESSION['n'] = 'new';
    session_create_id(); session_gc(); session_regenerate_id(); session_abort();
    session_id(ID); session_start(); $_SESSION['n'] = 'new'; session_write_close();
    session_start(); session_destroy();
    RustSql\status(); RustSql\ping(); RustSql\schema();
    ob_start(); phpinfo(INFO_MODULES); ob_end_clean();
    session_id(ID . 'x'); session_start(); $_SESSION['n'] = 'new';
    PHP;

foreach (LOCKS as $lock) {
    foreach ($places as $place) {
        foreach (['before', 'after'] as $when) {
            $what = "$lock, $place $when its work";
            // The steps of a migration, each with a store that makes it come to that place.
            $old = match (true) {
                preg_match('~old_(store|call)~', $place) === 1 => new OldFiles,
                str_contains($place, 'old_handler') && !OldServer::missing() => new OldServer('redis'),
                default => null,
            };
            if (!$old && str_contains($place, 'old_handler')) {
                continue;
            }
            $session = new Session($lock, $old ? $old->ini() + ['rustsql.migrate_keep' => '1'] : []);
            $session->run('session_start(); $_SESSION["n"] = "old";');
            $log = tempnam(sys_get_temp_dir(), 'panics');
            putenv("PANIC_AT=$place $when");
            $ini = ['log_errors' => '1', 'error_log' => $log, 'rustsql.persistent' => '0', 'display_errors' => '0', 'rustsql.auto_create' => '0'];
            if (preg_match('~module\.rs~', $place)) {
                // When PHP starts or ends.
                $end = php_run('echo "ran\n";', $ini + $session->ini);
                check($end['signal'] === null, "$what: ended", $end);
            } else {
                $worker = new FastCgiWorker($session, $ini);
                try {
                    $worker->run(str_replace('ID', "'$session->id'", $everything));
                } catch (RuntimeException $dead) {
                    echo "$what: {$dead->getMessage()}\n", file_get_contents($log);
                    continue;
                }
                $session->awaitNoConnection();
                same('old or new', in_array($data = $session->stored(), ['n|s:3:"old";', 'n|s:3:"new";', null]) ? 'old or new' : $data, "$what: stored");
                $read = $worker->run('session_start(["read_and_close" => false]); $_SESSION["n"] = "next"; echo "started";');
                same("started", trim($read), "$what: the next request");
                same('n|s:4:"next";', $session->stored(), "$what: stored by the next request");
                $worker->end();
            }
            putenv('PANIC_AT');
            $messages = file_get_contents($log);
            unlink($log);
            same(1, substr_count($messages, 'rustsql: internal error at src/php/boundary.rs'), "$what: warnings");
            same(substr_count($messages, 'rustsql: internal'), substr_count($messages, 'please report it'), "$what: what to do");
        }
    }
}
echo "done\n";

function same(mixed $expected, mixed $actual, string $what): void
{
    check($expected === $actual, "$what: expected " . json_encode($expected), $actual);
}

function check(bool $good, string $what, mixed $actual): void
{
    $good || print "$what, not " . json_encode($actual) . "\n";
}
--EXPECT--
done
