--TEST--
The source archive: phpize, configure and make build the library with cargo once, make install only copies it; PIE finds them by composer.json
--SKIPIF--
<?php if (!is_executable(PHP_BINDIR . '/phpize')) echo 'skip there is no phpize beside this PHP'; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$project = dirname(__DIR__, 2);
$folder = sys_get_temp_dir() . '/rustsql-source-' . bin2hex(random_bytes(6));
mkdir("$folder/bin", 0755, true);
register_shutdown_function(fn () => exec('rm -r ' . escapeshellarg($folder)));
$run = function (string $in, string $command, array $environment = []) use ($folder): string {
    $process = proc_open(['sh', '-ec', "exec 2>&1; $command"], [1 => ['pipe', 'w']], $pipes, $in, $environment + getenv());
    $said = stream_get_contents($pipes[1]);
    same(0, proc_close($process), "$command: $said");
    return $said;
};
$name = trim($run($project, 'tools/package source', ['OUT' => $folder]));
same(1, preg_match('~^php_rustsql-\d+\.\d+\.\d+-src\.tgz$~', $name), 'its name');
$run($folder, "tar -xf $name");
$top = "$folder/" . basename($name, '.tgz');

// What PIE reads.
$composer = json_decode(file_get_contents("$top/composer.json"), true);
same(['php-ext', 'rustsql'], [$composer['type'], $composer['php-ext']['extension-name']], 'composer.json');
$build = "$top/{$composer['php-ext']['build-path']}";
has("; priority={$composer['php-ext']['priority']}\n", file_get_contents("$top/packaging/rustsql.ini"), 'the same priority');

// In cargo's place: it says that it ran, and "builds" the library that is there.
$library = php_extension_file();
file_put_contents("$folder/bin/cargo", "#!/bin/sh\n"
    . "case \$1 in --version) echo 'cargo 9.9.9'; exit ;; esac\n"
    . "echo \"\$PHP_CONFIG \$*\" >> $folder/ran\n"
    . "while [ \"\$1\" != --target-dir ]; do shift; done\n"
    . "mkdir -p \"\$2/release\" && cp $library \"\$2/release/librustsql.so\"\n");
chmod("$folder/bin/cargo", 0755);
$path = ['PATH' => "$folder/bin:" . getenv('PATH')];
$config = getenv('PHP_CONFIG') ?: 'php-config';
$run($build, PHP_BINDIR . "/phpize && ./configure --with-php-config=$config && make", $path);
$ran = file("$folder/ran");
same(1, count($ran), 'cargo ran');
same(trim(shell_exec("command -v $config")), strstr($ran[0], ' ', true), 'php-config for cargo, which needs its path');
has('build --release --locked', $ran[0], 'cargo');
$run($build, "make install INSTALL_ROOT=$folder/installed", $path);
same(1, count(file("$folder/ran")), 'cargo ran after make install');
$installed = "$folder/installed" . trim(shell_exec("$config --extension-dir"));
same(['rustsql.so'], array_map(basename(...), glob("$installed/*")), 'installed');
same(hash_file('sha256', $library), hash_file('sha256', "$installed/rustsql.so"), 'the library');

// A machine without Rust.
file_put_contents("$folder/bin/cargo", "#!/bin/sh\nexit 1\n");
has('there is no cargo for this user', (string) shell_exec("cd $build && PATH=$folder/bin:\$PATH ./configure --with-php-config=$config 2>&1"), 'configure');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
