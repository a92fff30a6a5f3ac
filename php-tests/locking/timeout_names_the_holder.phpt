--TEST--
The warning of a lock that could not be had tells who holds it, as far as the account may know
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

define('SCRIPT', dirname(__DIR__) . '/inc/holder.php');

function show(string $lock, Server $server, string $persistent): Session
{
    $session = new Session($lock, ['rustsql.persistent' => $persistent], $server);
    $holder = new PhpProcess([...php_command($session->ini), SCRIPT, $session->id]);
    $holder->readLine();
    [$connection] = $session->connections();
    $warning = strtok($session->run('session_start();', ['rustsql.lock_timeout' => '1']), "\n");
    $known = [
        "connection $connection[Id]" => 'connection ID', " from $connection[Host]" => ' from ADDRESS',
        "pid $holder->pid" => 'pid PID', SCRIPT => 'SCRIPT',
        "'$session->user'@" => 'ACCOUNT@',
    ];
    echo "$lock: ", preg_replace('/idle for \d s/', 'idle for N s', strtr($warning, $known)), "\n";
    $session->finish($holder);
    return $session;
}

foreach (['OFF', 'ON'] as $schema) {
    // Not the shared server: there other tests hold rows too.
    $server = Server::start(null, ['performance_schema' => $schema]);
    // The login of a kept connection names no script, since others will use it.
    foreach (['0', '1'] as $persistent) {
        echo "performance_schema=$schema, persistent=$persistent\n";
        show('advisory', $server, $persistent);
        $account = show('row', $server, $persistent)->user;
        $server->query("GRANT PROCESS ON *.* TO '$account'@'%'");
        show('row', $server, $persistent);
        $server->query("REVOKE PROCESS ON *.* FROM '$account'@'%'");
    }
}
?>
--EXPECTF--
performance_schema=OFF, persistent=0
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
performance_schema=OFF, persistent=1
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s
performance_schema=ON, persistent=0
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID, script SCRIPT
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID, script SCRIPT
performance_schema=ON, persistent=1
advisory: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, the server does not tell by whom: GRANT PROCESS ON *.* TO ACCOUNT@'%' would show it
row: Warning: rustsql: the session is locked by another request: waited %d.%d s, held by connection ID from ADDRESS, idle for N s, pid PID
