--TEST--
A server without a free connection is told as that, and the next session can start
--FILE--
<?php
require __DIR__ . '/../inc/diagnostics.php';

$server = Server::start(null, ['max_connections' => '10']);
$table = new Table('advisory', [], $server);
$table->request('first', fn () => $_SESSION['a'] = 1);
$server->admin();
$taken = [];
Server::waitFor(function () use ($server, &$taken) {
    try {
        $taken[] = new mysqli('127.0.0.1', 'app', 'app-secret', 'app', $server->port);
        return false;
    } catch (mysqli_sql_exception) {
        return true;
    }
});
foreach (['0', '1'] as $strict) {
    ini_set('session.use_strict_mode', $strict);
    $table->open();
    session_id('abc');
    same(false, session_start(), "strict mode $strict");
    one_warning(["127.0.0.1:$server->port", 'error 1040 (', 'Too many connections', 'max_connections'], warnings(), "strict mode $strict");
}
ini_set('session.use_strict_mode', '0');
array_map(fn ($connection) => $connection->close(), $taken);
Server::waitFor(fn () => $server->connections() === 0);
same(['a' => 1], $table->request('first'), 'afterwards');
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
