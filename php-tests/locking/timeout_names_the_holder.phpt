--TEST--
The warning of a lock that could not be had tells who holds it, as far as the account may know
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

define('SCRIPT', dirname(__DIR__) . '/inc/holder.php');

function show(Session $session): void
{
    $holder = new PhpProcess([...php_command($session->ini), SCRIPT, $session->id]);
    $holder->readLine();
    [$connection] = $session->connections();
    $warning = strtok($session->run('session_start();', ['rustsql.lock_timeout' => '1']), "\n");
    $known = [
        "connection $connection[Id]" => 'connection ID', " from $connection[Host]" => ' from ADDRESS',
        "pid $holder->pid" => 'pid PID', SCRIPT => 'SCRIPT',
        "'$session->user'@" => 'ACCOUNT@',
    ];
    echo "$session->lock: ", preg_replace('/idle for \d s/', 'idle for N s', strtr($warning, $known)), "\n";
    $session->finish($holder);
}

foreach (['OFF', 'ON'] as $schema) {
    // Not the shared server: there other tests hold rows too.
    $server = Server::start(null, ['performance_schema' => $schema]);
    echo "performance_schema=$schema\n";
    show(new Session('advisory', [], $server));
    show($row = new Session('row', [], $server));
    $server->query("GRANT PROCESS ON *.* TO '{$row->user}'@'%'");
    show(new Session('row', [], $server));
}
?>
--EXPECTF--
performance_schema=OFF
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
performance_schema=ON
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID, script SCRIPT
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID, script SCRIPT
