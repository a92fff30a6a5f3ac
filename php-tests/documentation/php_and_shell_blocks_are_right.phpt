--TEST--
Each PHP block of the documentation compiles and runs where it can, and each shell command exists with its options
--FILE--
<?php
require __DIR__ . '/../inc/documentation.php';

/** Commands that this machine may lack, and why. */
const MISSING = [
    'aws' => "Amazon's",
    'cargo' => 'where only PHP is tested, a build is at hand',
    './configure' => 'phpize makes it',
    'gdb' => 'for debugging by hand',
    'mariadb-dump' => 'of the server, not of the machine with PHP',
    'rustsql' => 'make command builds it, and make install installs it',
    'strace' => 'for debugging by hand',
];
/** Languages of blocks that no test runs, and why. */
const OTHERS = [
    'text' => 'what a program prints',
    'yaml' => "for Symfony, which PHP alone cannot read",
];
/** In a PHP block: why it is not run. */
const NOT_RUN = [
    "session_module_name(), RustSql" => 'it writes to the log',
    'MigratingSessionHandler' => 'migration/rows_of_other_tables_are_moved.phpt runs it, with Symfony',
];

function compiles(string $code): bool
{
    $file = tempnam(sys_get_temp_dir(), 'rustsql');
    file_put_contents($file, $code);
    exec(escapeshellarg(helper_php()) . ' -n -l ' . escapeshellarg($file) . ' 2>&1', $said, $status);
    unlink($file);
    return $status === 0;
}

$others = array_diff(array_column(documented(), 'language'), ['ini', 'sql', 'php', 'sh'], array_keys(OTHERS));
same([], $others, 'languages that no test runs');
$table = new Table;
foreach (documented('php') as $block) {
    $code = preg_replace('~^<\?php\s~', '', $block->text);
    // Part of an array of settings, as in Magento's env.php.
    if (compiles("<?php return [$code];")) {
        continue;
    }
    check(compiles("<?php $code"), "$block->place compiles");
    if (!array_filter(NOT_RUN, fn ($text) => str_contains($code, $text), ARRAY_FILTER_USE_KEY)) {
        same('', php_run($code, $table->ini())['out'], $block->place);
    }
}
check(!compiles('<?php session_start(['), 'a wrong one does not compile');

$shell = new ShellBlocks(MISSING);
foreach (documented('sh') as $block) {
    same('', $shell->problem($block->text), $block->place);
    // Those that only ask PHP are run.
    preg_match_all('~^php (--ri \w+|-r \'[^\']*\')~m', $block->text, $asked);
    foreach ($asked[1] as $arguments) {
        $said = shell_exec(implode(' ', array_map(escapeshellarg(...), php_command($table->ini()))) . " $arguments 2>&1");
        has(str_starts_with($arguments, '--ri') ? 'rustsql.dsn => ' : '[ready] => 1', (string) $said, "$block->place: php $arguments");
    }
}
same(array_keys(MISSING), array_values(array_intersect(array_keys(MISSING), array_keys($shell->met))), 'each command that may be missing is used');

// What the README shows of make check is what it prints.
$check = file_get_contents(repository() . '/tools/check') . file_get_contents(repository() . '/tools/lib/check.php');
foreach (['loads it and keeps sessions with it', ': ready for sessions', 'a session was written, read and destroyed: '] as $part) {
    has($part, $check, 'make check');
    has($part, file_get_contents(repository() . '/README.md'), 'README');
}
$help = (string) shell_exec('cd ' . repository() . ' && make -s help');
foreach (['demo', 'test', 'install', 'check'] as $target) {
    has("make $target ", $help, 'make help');
}

// What is wrong is noticed.
same('no make instal', $shell->problem("make deps\nsudo make instal\n"), 'a target');
same('no tools/chek', $shell->problem('tools/chek -d rustsql.dsn=x'), 'a tool');
same('tools/install has no --prefix', $shell->problem('tools/install --prefix'), 'an option');
same('nothing reads KEPT', $shell->problem('KEPT=1 make demo'), 'a variable');
same('no php-tests/nothing', $shell->problem('tools/phpt mariadb php-tests/nothing'), 'a path');
same('no command mysqlx', $shell->problem('echo 1 | mysqlx app'), 'a command');
has('syntax error', $shell->problem("cat <(ls\n)\n)"), 'syntax');
echo "done\n";
--EXPECT--
done
