--TEST--
An account without the rights on the table is told which it needs
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::shared();
$table = new Table;
$table->create();
$working = new Table;
$server->query("CREATE USER IF NOT EXISTS 'reader'@'%' IDENTIFIED BY 'reader-secret'");
$server->query("GRANT SELECT ON app.`$table->name` TO 'reader'@'%'");
$account = ['user' => 'reader', 'password' => 'reader-secret'];
foreach (['advisory', 'row'] as $lock) {
    session_save_path($server->dsn("table=$table->name&lock=$lock", $account));
    session_id('abc');
    if (session_start()) {
        $_SESSION['a'] = 1;
        session_write_close();
    }
    one_warning(["127.0.0.1:$server->port", '1142', '42000', 'SELECT, INSERT, UPDATE and DELETE'], warnings(), $lock);
    same(0, $table->count(), "$lock: rows");
    same(['lock' => $lock], $working->request($lock, fn () => $_SESSION = ['lock' => $lock]), "$lock: afterwards");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
