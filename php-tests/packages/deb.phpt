--TEST--
The Debian package: from nothing to a served request, the timer's command collects, an upgrade keeps changed settings, purge leaves nothing
--SKIPIF--
<?php
require __DIR__ . '/../inc/debian_root.php';
require __DIR__ . '/../inc/command.php';
DebianRoot::skip();
if (!shell_exec('PATH=$PATH:' . escapeshellarg(dirname(__DIR__, 2) . '/target/tools/bin') . ' command -v cargo-deb')) echo 'skip there is no cargo-deb: tools/cargo-tools cargo-deb says why';
if (!is_executable(command_file())) echo 'skip the command is not built: make command';
?>
--FILE--
<?php
require __DIR__ . '/../inc/debian_root.php';
require __DIR__ . '/../inc/table.php';

$table = new Table();
$table->create();
$root = new DebianRoot();
$branch = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
$ini = "/etc/php/$branch/mods-available/rustsql.ini";
$enabled = ["/etc/php/$branch/fpm/conf.d/30-rustsql.ini", "/etc/php/$branch/cli/conf.d/30-rustsql.ini"];
$timer = '/etc/systemd/system/timers.target.wants/rustsql-gc.timer';
$before = $root->run('find', '/etc', '/usr', '(', '-type', 'f', '-o', '-type', 'l', ')', '!', '-path', '*/__pycache__/*');

[$deb] = $root->pack('deb');
same(1, preg_match("~^php$branch-rustsql_[0-9.]+-1_\w+\.deb$~", $deb), 'its name');
// No server is set: apt has to succeed, and sessions go on with PHP's own handler.
$root->run('apt-get', 'install', '-qy', "/$deb");
foreach ([$ini, ...$enabled, $timer] as $file) {
    check(is_link("$root->folder$file") || $root->exists($file), "$file is there");
}
same('', $root->run('rustsql', 'gc', '--if-configured', '--php', "/usr/bin/php$branch"), 'the command without a server');
$root->startFpm();
same('files 2', $root->countInASession(), 'before it is set up');
$root->stopFpm();

// As docs/install.md says: the file has a password, so that others may not read it.
$root->set($ini, ['session.save_handler' => 'rustsql', 'rustsql.dsn' => $table->dsn()]);
chmod("$root->folder$ini", 0640);
$root->startFpm();
same('rustsql 2', $root->countInASession(), 'a session');
same(1, $table->count(), 'rows');
$root->stopFpm();

// What the timer starts.
$table->addExpired(30);
preg_match('~^ExecStart=(.*)$~m', $root->read('/usr/lib/systemd/system/rustsql-gc.service'), $start);
has('30 expired sessions deleted', $root->run('sh', '-c', $start[1]), 'the service');
same(1, $table->count(), 'rows after it');
has('rustsql-gc', $root->run('sh', '-c', 'zcat /usr/share/man/man1/rustsql-gc.1.gz'), 'the manual page');
foreach (['bash-completion/completions/rustsql', 'fish/vendor_completions.d/rustsql.fish', 'zsh/vendor-completions/_rustsql'] as $file) {
    has('revoke', $root->read("/usr/share/$file"), "completion: $file");
}

// A newer package with another rustsql.ini.
$changed = $root->read($ini);
mkdir("$root->folder/new");
$root->run('dpkg-deb', '-R', "/$deb", '/new/tree');
file_put_contents("$root->folder/new/tree$ini", "; a new line\n", FILE_APPEND);
$control = "$root->folder/new/tree/DEBIAN/control";
file_put_contents($control, preg_replace('~^Version: .*$~m', '$0.1', file_get_contents($control)));
$root->run('dpkg-deb', '-b', '/new/tree', '/new/new.deb');
$root->run('apt-get', 'install', '-qy', '-o', 'Dpkg::Options::=--force-confold', '/new/new.deb');
same($changed, $root->read($ini), 'the settings after an upgrade');
same('100640', decoct(fileperms("$root->folder$ini")), 'the mode after an upgrade');
exec('rm -r ' . escapeshellarg("$root->folder/new"));

// Removed, the settings stay; PHP does not miss the library.
$root->run('apt-get', 'remove', '-qy', "php$branch-rustsql");
check($root->exists($ini), 'the settings stay');
same(['', ''], [implode(' ', array_filter($enabled, fn ($file) => is_link("$root->folder$file"))), $root->run("php$branch", '-r', '')], 'after removal');
$root->run('apt-get', 'purge', '-qy', "php$branch-rustsql");
$after = $root->run('find', '/etc', '/usr', '(', '-type', 'f', '-o', '-type', 'l', ')', '!', '-path', '*/__pycache__/*');
same([], array_values(array_diff(explode("\n", $after), explode("\n", $before))), 'left behind');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
