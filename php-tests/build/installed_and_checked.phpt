--TEST--
make install copies what is built and keeps a changed rustsql.ini, make check finds it, make uninstall leaves nothing
--FILE--
<?php
require __DIR__ . '/../inc/server.php';

$root = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '-root';
function run(array $command, array $environment): string
{
    global $root;
    $keep = array_intersect_key(getenv(), array_flip(['PATH', 'HOME', 'PHP_CONFIG', 'CARGO_TARGET_DIR']));
    $process = proc_open($command, [1 => ['pipe', 'w'], ['redirect', 1]], $pipes, dirname(__DIR__, 2), $environment + $keep);
    $said = stream_get_contents($pipes[1]);
    return str_replace($root, '', $said) . (proc_close($process) ? "failed\n" : '');
}
function files(): array
{
    global $root;
    $all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
    $files = array_map(strval(...), iterator_to_array($all, false));
    sort($files);
    return array_combine(array_map(basename(...), $files), $files);
}
// Some of the PHPs that are tested have no folder for more settings. This one has.
mkdir($root);
$real = getenv('PHP_CONFIG') ?: 'php-config';
$config = "$root-config";
file_put_contents($config, "#!/bin/sh\n[ \"\$1\" = --ini-dir ] && echo /etc/php.d || exec $real \"\$@\"\n");
chmod($config, 0755);
$make = fn (string $target) => run(['make', '-s', $target], ['DESTDIR' => $root, 'PHP_CONFIG' => $config]);

$said = $make('install');
$files = files();
// The command, its man pages and completions, if they are built: others would not know what this checkout has.
$command = is_executable(dirname(__DIR__, 2) . '/target/cli/release/rustsql');
$names = fn () => implode(' ', preg_grep('~^_?rustsql(-[a-z]+\.1|\.1|\.fish)?$~', array_keys(files()), PREG_GREP_INVERT));
$share = "$root/usr/local/share";
var_dump(isset($files['rustsql'], $files['rustsql.1'], $files['rustsql-gc.1']) === $command);
$completions = ['bash-completion/completions/rustsql', 'zsh/site-functions/_rustsql', 'fish/vendor_completions.d/rustsql.fish'];
var_dump(count(array_filter($completions, fn ($file) => str_contains((string) @file_get_contents("$share/$file"), 'revoke'))) === ($command ? 3 : 0));
echo $names(), "\n";
var_dump(hash_file('sha256', $files['rustsql.so']) === hash_file('sha256', (getenv('CARGO_TARGET_DIR') ?: dirname(__DIR__, 2) . '/target') . '/release/librustsql.so'));
var_dump(dirname($files['rustsql.so']) === $root . trim(shell_exec("$real --extension-dir")));
echo substr_count($said, "\n") - (int) $command, " lines\n";

file_put_contents($files['rustsql.ini'], "; changed\n", FILE_APPEND);
var_dump(str_contains($make('install'), 'rustsql.ini (kept; new settings are in packaging/rustsql.ini)'));
var_dump(str_ends_with(file_get_contents($files['rustsql.ini']), "; changed\n"));
var_dump(str_contains($make('uninstall'), 'rustsql.ini: it is not as it was installed'));
echo implode(' ', array_keys(files())), "\n";
copy(dirname(__DIR__, 2) . '/packaging/rustsql.ini', $files['rustsql.ini']);
$make('uninstall');
var_dump(files());

$make('install');
$scan = "$root/scanned";
mkdir($scan);
$check = function (string $dsn) use ($scan, $files): string {
    file_put_contents("$scan/rustsql.ini", "extension = {$files['rustsql.so']}\nrustsql.dsn = \"$dsn\"\n");
    return run(['make', '-s', 'check'], ['PHP_INI_SCAN_DIR' => ":$scan"]);
};
$server = Server::start();
echo preg_match('~✓ the command line loads it.*✓ .*: ready for sessions.*✓ a session was written, read and destroyed~s', $check($server->socketDsn())), "\n";
echo preg_match('~✗ cannot connect to 127\.0\.0\.1:1: .*failed~s', $check('mysql://app:app-secret@127.0.0.1:1/app')), "\n";
unlink("$scan/rustsql.ini");
echo preg_match('~✗ the command line does not load it\..*failed~s', run(['make', '-s', 'check'], ['PHP_INI_SCAN_DIR' => ":$scan"])), "\n";
unlink($config);
exec('rm -r ' . escapeshellarg($root));
?>
--EXPECT--
bool(true)
bool(true)
rustsql.ini rustsql.so
bool(true)
bool(true)
2 lines
bool(true)
bool(true)
bool(true)
rustsql.ini
array(0) {
}
1
1
1
