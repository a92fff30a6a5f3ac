<?php
/*
 * Starts the shared server, runs tests of php-tests/, and prints the results. Called by tools/phpt with FLAVOUR PATH...
 */

$root = dirname(__DIR__, 2);
require "$root/php-tests/inc/server.php";
require "$root/php-tests/inc/php.php";
require __DIR__ . '/phpt.php';

const JOBS = 3; // more than the usual two cores, since most tests wait for servers and processes

$flavour = $argv[1];
$paths = array_map(existing(...), array_slice($argv, 2));
$extension = existing(php_extension_file());

$server = Server::start($flavour);
$description = "$root/target/test/server-" . getmypid() . '.json';
file_put_contents($description, $server->describe());
register_shutdown_function(fn () => @unlink($description));
putenv("RUSTSQL_TEST_SERVER=$description");
putenv("RUSTSQL_TEST_FLAVOUR=$flavour");
putenv("RUSTSQL_SO=$extension");

$results = run_phpt($paths, [
    'extension' => [$extension, ...array_filter(explode(',', getenv('RUSTSQL_TEST_MODULES')))],
    'session.save_handler' => 'rustsql',
    'session.use_strict_mode' => '0', // as in php-tests/inc/php.php
    'rustsql.dsn' => $server->dsn(),
] + Secure::ini(), "$root/target/test/phpt-$flavour.log", $root, JOBS);

$count = ['passed' => 0, 'failed' => 0, 'skipped' => 0];
foreach ($results as $path => [$status, $detail]) {
    $count[$status]++;
    $name = preg_replace('~^.*/php-tests/~', '', $path);
    echo match ($status) {
        'passed' => "ok   $name\n",
        'skipped' => "SKIP $name: $detail\n",
        'failed' => "FAIL $name $detail\n",
    };
}
echo phpt_summary(...$count);
if (getenv('KEEP')) {
    echo "The server runs until Enter.\nmysql -uroot --socket=$server->socket app\nexport DSN=" . escapeshellarg($server->dsn()) . "\n";
    fgets(STDIN);
}
exit($count['failed'] ? 1 : 0);
