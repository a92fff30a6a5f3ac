--TEST--
The zip for PIE: its name, its content, and a served request with the library in it
--SKIPIF--
<?php require __DIR__ . '/../inc/debian_root.php'; DebianRoot::skip(); ?>
--FILE--
<?php
require __DIR__ . '/../inc/debian_root.php';
require __DIR__ . '/../inc/table.php';

$table = new Table();
$root = new DebianRoot();
$branch = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
[$zip] = $root->pack('zip');
same(1, preg_match("~^php_rustsql-\d+\.\d+\.\d+_php$branch-(x86_64|arm64)-linux-glibc(-debug)?-(nts|zts)\.zip$~", $zip), 'its name');
$hash = hash_file('sha256', "$root->folder/$zip");
unlink("$root->folder/$zip");
$root->pack('zip');
same($hash, hash_file('sha256', "$root->folder/$zip"), 'packed again');

// What PIE does with it: the library to PHP's folder, and a line in a file that all programs read.
mkdir("$root->folder/unzipped");
exec('unzip -q ' . escapeshellarg("$root->folder/$zip") . ' -d ' . escapeshellarg("$root->folder/unzipped"), $said, $status);
same(0, $status, 'unzip');
same(['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'SECURITY.md', 'rustsql.ini', 'rustsql.so'], array_map(basename(...), glob("$root->folder/unzipped/*")), 'files');
$root->run('sh', '-c', 'cp /unzipped/rustsql.so "$(php -r "echo ini_get(\'extension_dir\');")"');
$root->run('cp', '/unzipped/rustsql.ini', "/etc/php/$branch/mods-available/");
$root->set("/etc/php/$branch/mods-available/rustsql.ini", ['session.save_handler' => 'rustsql', 'rustsql.dsn' => $table->dsn()]);
$root->run('phpenmod', 'rustsql');
$root->startFpm();
same('rustsql 2', $root->countInASession(), 'a session');
same(1, $table->count(), 'rows');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
