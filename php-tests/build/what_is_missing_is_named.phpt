--TEST--
make says in one line what is wrong with a PHP that it cannot build for
--FILE--
<?php
require __DIR__ . '/../inc/php.php';

/** A program of that name that answers some arguments itself and gives the others to the real one. */
function fake(string $name, string $real, array $answers): string
{
    static $count = 0;
    $file = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '-' . ++$count . "-$name";
    $cases = '';
    foreach ($answers as $arguments => $answer) {
        $cases .= '    ' . escapeshellarg($arguments) . ') echo ' . escapeshellarg($answer) . " ;;\n";
    }
    file_put_contents($file, "#!/bin/sh\ncase \"\$*\" in\n$cases    *) exec $real \"\$@\" ;;\nesac\n");
    chmod($file, 0755);
    register_shutdown_function(fn () => unlink($file));
    return $file;
}
function make(array $environment): void
{
    $keep = array_intersect_key(getenv(), array_flip(['PATH', 'HOME', 'PHP_CONFIG']));
    $command = ['make', '-s', '-C', dirname(__DIR__, 2), 'build'];
    $process = proc_open($command, [1 => ['pipe', 'w'], ['redirect', 1]], $pipes, null, $environment + $keep);
    $said = stream_get_contents($pipes[1]);
    echo preg_replace(['~^make: .*\n~m', '~(?<!\w)/\S+/(\d+-)*~', '~PHP 8\.[1-9]\S*~'], ['', '', 'PHP 8.x'], $said);
    echo proc_close($process) ? '' : "it was built\n";
}
$config = getenv('PHP_CONFIG');
$php = getenv('TEST_PHP_EXECUTABLE');
$empty = "-I" . __DIR__;
$none = fake('php', $php, ['-n -m' => 'Core', '-n -d extension=session -m' => 'Core']);
make(['PHP_CONFIG' => '/nowhere/php-config']);
make(['PHP_CONFIG' => fake('php-config', $config, ['--php-binary' => '/nowhere/php'])]);
make(['PHP_CONFIG' => fake('php-config', $config, ['--version' => '7.4.33'])]);
make(['PHP_CONFIG' => fake('php-config', $config, ['--version' => '8.0.30'])]);
make(['PHP_CONFIG' => fake('php-config', $config, ['--php-binary' => $none])]);
make(['PHP_CONFIG' => fake('php-config', $config, ['--includes' => $empty])]);
mkdir($folder = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '-headers');
mkdir("$folder/main");
touch("$folder/main/php.h");
make(['PHP_CONFIG' => fake('php-config', $config, ['--includes' => "-I$folder -I$folder/main"])]);
make(['LIBCLANG_PATH' => $folder]);
unlink("$folder/main/php.h");
rmdir("$folder/main");
rmdir($folder);
?>
--EXPECT--
rustsql cannot be built: php-config cannot be run: install PHP's development package (Debian: php-dev), or set PHP_CONFIG
rustsql cannot be built: php cannot be run: install PHP for the command line (Debian: php-cli), or set PHP
rustsql cannot be built: PHP 7.4.33 is too old: 8.1 or later is needed
rustsql cannot be built: PHP 8.0.30 is too old: 8.1 or later is needed
rustsql cannot be built: PHP 8.x at php has no session extension: sessions are what this is for
rustsql cannot be built: the headers of PHP 8.x are missing: install PHP's development package (Debian: php-dev)
rustsql cannot be built: ext/session/php_session.h is missing: these are the headers of a PHP without sessions
rustsql cannot be built: libclang is missing, which reads PHP's headers: install it (Debian: libclang-dev), or set LIBCLANG_PATH
