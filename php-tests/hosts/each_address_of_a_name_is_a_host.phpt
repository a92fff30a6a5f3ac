--TEST--
A name with several addresses is as many hosts, in an order that does not depend on the name server
--SKIPIF--
<?php
require __DIR__ . '/../inc/hosts.php';
skip_names();
?>
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

const FIRST = '127.0.1.1';
const SECOND = '127.0.1.2';
$one = Server::start(null, ['bind_address' => FIRST]);
$two = Server::start(null, ['bind_address' => SECOND, 'port' => (string) $one->port]);
$silent = new SilentHost;
$file = tempnam(sys_get_temp_dir(), 'hosts');
$prefix = names_prefix($file, [SECOND . ' db', FIRST . ' db']);

/** A PHP that sees the names. */
function worker(array $ini = []): Worker
{
    PhpProcess::$prefix = $GLOBALS['prefix'];
    try {
        return new Worker($ini);
    } finally {
        PhpProcess::$prefix = [];
    }
}

foreach (LOCKS as $lock) {
    $params = "lock=$lock&connect_timeout=2";
    $tell = function (string $what, Worker $worker, string $hosts, string $more = '', array $as = []) use ($params, $one): void {
        $used = $worker->request(hosts_dsn(explode(',', strtr($hosts, ['db' => "db:$one->port"])), "$params$more", $as));
        echo "  $what: ", strtr($used, [(string) $one->port => 'PORT']), "\n";
    };
    echo "$lock\n";
    $tell('in the order of the addresses', worker(), 'db');
    write_names($file, [FIRST . ' db', SECOND . ' db', FIRST . ' db', '::ffff:' . FIRST . ' db']);
    $tell('not in that of the answer', $worker = worker(), 'db');
    $one->query('SET GLOBAL read_only = 1');
    $tell('the first takes no writes', $worker, 'db');
    $one->query('SET GLOBAL read_only = 0');
    $tell('and takes them again, but the second was good', $worker, 'db');
    $tell('a PHP that knows nothing of that', worker(), 'db');
    $two->query("CREATE USER second@'%' IDENTIFIED BY 'app-secret'");
    $two->query("GRANT ALL ON app.* TO second@'%'");
    $tell('the first refuses the login', worker(), 'db', as: ['user' => 'second']);
    $tell('both refuse it', worker(), 'db', as: ['user' => 'nobody']);
    $two->query('DROP USER second');
    $tell('an unknown name in front of it', worker(), 'unknown.invalid,db');
    $tell('a dead address in front of it', worker(), '127.0.1.3:1,db');

    // The kept connection needs no name server.
    $worker = worker(['rustsql.persistent' => '1']);
    $tell('kept', $worker, 'db');
    write_names($file, ['127.0.1.9 db']);
    $tell('kept, and the name has moved', $worker, 'db');
    write_names($file, [FIRST . ' db', SECOND . ' db']);

    $one->suspend();
    $worker = worker();
    $seconds = Session::seconds(fn () => $tell('the first is silent', $worker, 'db', '&connect_timeout=3'));
    echo $seconds < 3 ? '  not waited for' : '  waited for', "\n";
    $seconds = Session::seconds(fn () => $tell('known to be silent', $worker, 'db', '&connect_timeout=3'));
    echo $seconds < 3 ? '  not waited for' : '  waited for', "\n";
    $one->resume();
}
PhpProcess::$prefix = $prefix;
$account = hosts_dsn(["db:$one->port"]);
$pinged = php_run('echo json_encode(array_column(RustSql\ping(), "writable", "host"));', ['rustsql.dsn' => $account]);
echo strtr($pinged['out'], [(string) $one->port => 'PORT']), "\n";

// In mid-request: what it holds is gone, and a session that is new is written at the second address.
$process = php_start('session_id("moves"); session_start(); $_SESSION["n"] = 1; fwrite(STDOUT, "started\n"); fgets(STDIN);
    session_write_close(); session_start(); echo RustSql\status()["host"], " ", $_SESSION["n"];', ['rustsql.dsn' => $account]);
$process->readLine();
$one->kill();
$process->write("\n");
echo strtr($process->wait()['out'], [(string) $one->port => 'PORT']), "\n";
$two->kill();
echo strtr(Session::tidy(php_run('session_start();', ['rustsql.dsn' => $account])['out']), [(string) $one->port => 'PORT']);
unlink($file);
?>
--EXPECTF--
advisory
  in the order of the addresses: db:PORT (127.0.1.1)
  not in that of the answer: db:PORT (127.0.1.1)
  the first takes no writes: db:PORT (127.0.1.2)
  and takes them again, but the second was good: db:PORT (127.0.1.2)
  a PHP that knows nothing of that: db:PORT (127.0.1.1)
  the first refuses the login: db:PORT (127.0.1.2)
  both refuse it: session_start(): rustsql: no host can be used: db:PORT (127.0.1.1) refuses the login: %S; db:PORT (127.0.1.2) refuses the login: %S
  an unknown name in front of it: db:PORT (127.0.1.1)
  a dead address in front of it: db:PORT (127.0.1.1)
  kept: db:PORT (127.0.1.1)
  kept, and the name has moved: db:PORT (127.0.1.1)
  the first is silent: db:PORT (127.0.1.2)
  waited for
  known to be silent: db:PORT (127.0.1.2)
  not waited for
row
  in the order of the addresses: db:PORT (127.0.1.1)
  not in that of the answer: db:PORT (127.0.1.1)
  the first takes no writes: db:PORT (127.0.1.2)
  and takes them again, but the second was good: db:PORT (127.0.1.2)
  a PHP that knows nothing of that: db:PORT (127.0.1.1)
  the first refuses the login: db:PORT (127.0.1.2)
  both refuse it: session_start(): rustsql: no host can be used: db:PORT (127.0.1.1) refuses the login: %S; db:PORT (127.0.1.2) refuses the login: %S
  an unknown name in front of it: db:PORT (127.0.1.1)
  a dead address in front of it: db:PORT (127.0.1.1)
  kept: db:PORT (127.0.1.1)
  kept, and the name has moved: db:PORT (127.0.1.1)
  the first is silent: db:PORT (127.0.1.2)
  waited for
  known to be silent: db:PORT (127.0.1.2)
  not waited for
{"db:PORT (127.0.1.1)":true,"db:PORT (127.0.1.2)":true}
db:PORT (127.0.1.2) 1
Warning: rustsql: no host can be used: cannot connect to db:PORT (127.0.1.1): %sonnection refused%S; cannot connect to db:PORT (127.0.1.2): %sonnection refused%S; is the server running, %S
