<?php
/*
 * The command `rustsql`, which `make command` builds. tools/test builds one of its own.
 *
 *     ['exit' => 0, 'out' => "3 expired sessions ...\n"] = command(['gc'], ['RUSTSQL_DSN' => $dsn]);
 */

require_once __DIR__ . '/php.php';

function command_file(): string
{
    return getenv('RUSTSQL_COMMAND') ?: dirname(__DIR__, 2) . '/target/cli/release/rustsql';
}

/** Runs it to its end. @return array{exit: int|null, signal: int|null, out: string, err: string} */
function command(array $arguments, array $environment = []): array
{
    $set = array_map(fn ($name, $value) => "$name=$value", array_keys($environment), $environment);
    return (new PhpProcess(['env', '-u', 'RUSTSQL_DSN', ...$set, command_file(), ...$arguments]))->wait();
}

/** A PHP that has these settings in its own files, for --php. Ends with the test. */
function php_with(array $ini): string
{
    $file = dirname(__DIR__, 2) . '/target/test/php-' . getmypid() . '-' . bin2hex(random_bytes(4));
    $command = implode(' ', array_map(escapeshellarg(...), php_command($ini)));
    file_put_contents($file, "#!/bin/sh\nexec $command \"\$@\"\n");
    chmod($file, 0700);
    register_shutdown_function(fn () => unlink($file));
    return $file;
}
