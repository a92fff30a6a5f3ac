--TEST--
On a Debian without Rust and PHP's headers: the two commands of the README, and the source archive, each up to a served request; root owns no file of the checkout
--SKIPIF--
<?php
require __DIR__ . '/../inc/debian_root.php';
DebianRoot::skip();
if (!getenv('LONG')) echo 'skip it compiles everything twice: make test-packages';
?>
--FILE--
<?php
require __DIR__ . '/../inc/debian_root.php';
require __DIR__ . '/../inc/table.php';

$project = dirname(__DIR__, 2);
$root = new DebianRoot();
$branch = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
$ini = "/etc/php/$branch/mods-available/rustsql.ini";
$figures = "$project/target/test/from-nothing.txt";
file_put_contents($figures, '');
$timed = function (string $what, string $command) use ($root, $figures): string {
    $began = hrtime(true);
    $said = $root->run('sh', '-ec', "exec 2>&1; export DEBIAN_FRONTEND=noninteractive; $command");
    file_put_contents($figures, sprintf("%4d s  %s\n", (hrtime(true) - $began) / 1e9, $what), FILE_APPEND);
    return $said;
};
$serves = function (string $what) use ($root, $ini): void {
    $table = new Table();
    $root->set($ini, ['session.save_handler' => 'rustsql', 'rustsql.dsn' => $table->dsn()]);
    $root->startFpm();
    same('rustsql 2', $root->countInASession(), "$what: a session");
    same(1, $table->count(), "$what: rows");
    $root->stopFpm();
};

copy('/etc/resolv.conf', "$root->folder/etc/resolv.conf");
$timed('what the README asks for: Rust, make, git and sudo', 'apt-get -q update && apt-get -qy install --no-install-recommends make git sudo cargo-web rustc-web');
$root->run('sh', '-ec', 'useradd --create-home --shell /bin/sh dev; echo "dev ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/dev');
// The crates come from this machine's cargo, so that the test does not depend on a registry that the new machine would ask.
exec('cargo fetch --quiet --locked --manifest-path ' . escapeshellarg("$project/Cargo.toml"), $said, $status);
same(0, $status, 'cargo fetch');
mkdir("$root->folder/home/dev/.cargo/registry", 0755, true);
$cargo = getenv('CARGO_HOME') ?: getenv('HOME') . '/.cargo';
exec("cp -r $cargo/registry/cache $cargo/registry/index $root->folder/home/dev/.cargo/registry");
exec("git clone -q $project $root->folder/home/dev/rustsql");
$root->run('chown', '-R', 'dev:', '/home/dev');
// What this shell sets for fast builds holds there, too.
$fast = array_filter(getenv(), fn ($name) => str_starts_with($name, 'CARGO_PROFILE_'), ARRAY_FILTER_USE_KEY);
$export = 'export CARGO_NET_OFFLINE=true ' . implode(' ', array_map(fn ($name, $value) => "$name=$value", array_keys($fast), $fast));
$as_dev = fn (string $command, string $folder = 'rustsql') => "su - dev -c '$export; cd $folder && $command'";

$timed('make deps', $as_dev('make deps'));
$timed('make', $as_dev('make'));
$timed('sudo make install', $as_dev('sudo make install'));
same('', $root->run('find', '/home/dev', '-user', 'root'), 'files of root in the checkout');
$serves('make install');
has('ready for sessions', $timed('make check', $as_dev('make check')), 'make check');
copy("$project/packaging/rustsql.ini", "$root->folder$ini");
$root->run('sh', '-ec', $as_dev('sudo make uninstall'));
same('', $root->run('find', '/etc/php', '/usr/lib/php', '-name', '*rustsql*'), 'make uninstall');

[$archive] = $root->pack('source');
$root->run('sh', '-ec', "su - dev -c 'tar -xf /$archive'");
$build = '/home/dev/' . basename($archive, '.tgz') . '/packaging/pie';
$timed('phpize && ./configure && make', $as_dev('phpize && ./configure && make', $build));
$timed('sudo make install', $as_dev('sudo make install', $build));
same('', $root->run('find', '/home/dev', '-user', 'root'), 'files of root in the sources');
copy("$project/packaging/rustsql.ini", "$root->folder$ini");
$root->run('phpenmod', 'rustsql');
$serves('the source archive');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
