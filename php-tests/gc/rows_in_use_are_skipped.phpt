--TEST--
An expired row that a request holds is skipped, and its new session is stored
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$table = new Table('row');
$table->create();
$table->addExpired(120);
$table->request('abc', fn () => $_SESSION['old'] = 1);
$table->update('abc', 'expires = UNIX_TIMESTAMP() - 2000');
$holder = php_start('session_id("abc"); session_start(); $_SESSION["new"] = 1; echo "locked\n"; fgets(STDIN);', $table->ini());
same('locked', $holder->readLine(), 'the holder');
same(120, $table->request('other', fn () => session_gc()), 'session_gc()');
same(2, $table->count(), 'rows');
$holder->write("\n");
same('', $holder->wait()['out'], 'the holder\'s end');
same('new|i:1;', $table->row('abc')['data'], 'its session');

// With advisory locks the row may go: the session is stored all the same.
$table = new Table('advisory');
$table->request('abc', fn () => $_SESSION['old'] = 1);
$table->update('abc', 'expires = UNIX_TIMESTAMP() - 2000');
$holder = php_start('session_id("abc"); session_start(); $_SESSION["new"] = 1; echo "locked\n"; fgets(STDIN);', $table->ini());
same('locked', $holder->readLine(), 'advisory: the holder');
$table->request('other', fn () => session_gc());
$holder->write("\n");
same('', $holder->wait()['out'], 'advisory: the holder\'s end');
same('new|i:1;', $table->row('abc')['data'] ?? null, 'advisory: its session');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
