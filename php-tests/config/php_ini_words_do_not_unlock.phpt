--TEST--
The words of php.ini that mean "" do not switch locking off
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$table = new Table;
$file = tempnam(sys_get_temp_dir(), 'ini');
foreach (['none', 'off', 'no', 'false', 'null', '', '""'] as $word) {
    file_put_contents($file, "rustsql.lock = $word\nsession.save_handler = rustsql\ndisplay_errors = 1\nhtml_errors = 0\nlog_errors = 0\n");
    $command = [getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-c', $file, '-d', 'extension=' . php_extension_file()];
    $command = [...$command, '-d', 'rustsql.dsn="' . $table->server->dsn("table=$table->name") . '"', '-r', 'var_dump(session_start());'];
    $result = (new PhpProcess($command))->wait();
    has('bool(false)', $result['out'], "lock = $word");
    check(count(ours($result['out'])) >= 1, "lock = $word: warning", $result['out']);
    has(['rustsql.lock: ', 'auto, advisory, row, merge, unlocked'], implode(ours($result['out'])), "lock = $word");
}
unlink($file);
echo "done\n";
--EXPECT--
done
