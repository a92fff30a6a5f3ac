--TEST--
How often a request waits for the server: counted with strace, and checked with a relay that holds back all other answers
--SKIPIF--
<?php
exec('strace -o /dev/null true 2>&1', $output, $status);
if ($status) {
    echo 'skip strace does not work here (is it installed? run tools/deps): ', implode(' ', $output);
} elseif (getenv('TEST_HELPER_PHP')) {
    echo 'skip valgrind makes system calls of its own';
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/withheld.php';

const REQUESTS = ['changed' => '$_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;', 'unchanged' => ''];
const CONNECTIONS = [
    'fresh' => ['rustsql.persistent' => '0', 'rustsql.pipelined_login' => '0'],
    'fresh, pipelined login' => ['rustsql.persistent' => '0', 'rustsql.pipelined_login' => '1'],
    'kept' => ['rustsql.persistent' => '1'],
];
/** The first request opens a kept connection, and the second prepares the last of its statements. The last one is counted. */
const COUNT = 4;

/** A process that serves a request for each line, and prints where the request begins and ends. */
function begin(Session $session, string $change, array $ini): PhpProcess
{
    $code = 'while (fgets(STDIN)) { fwrite(STDOUT, "begin\n"); session_id($argv[1]); session_start(); ' . $change . ' session_write_close(); fwrite(STDOUT, "end\n"); }';
    return php_start($code, $ini + $session->ini, [$session->id]);
}

function request(PhpProcess $process, Session $session, array $ini): void
{
    // The server may still hold the lock of a connection that has just been closed.
    if (!$ini['rustsql.persistent']) {
        $session->awaitNoConnection();
    }
    $process->write("\n");
    foreach (['begin', 'end'] as $line) {
        if (($is = $process->readLine()) !== $line) {
            throw new RuntimeException($is);
        }
    }
}

/**
 * The waits of the last request, without those of the end of the process. A wait is the first poll or receive after a send or a connect; further ones belong to the same
 * wait until the client sends again. The poll for the end of a connect, which has POLLOUT, is not counted: the greeting is. An
 * answer to a send of the request before is not counted either.
 */
function waits(string $trace, int $port): int
{
    [$connection, $unanswered, $waits, $running] = [null, false, 0, false];
    foreach (explode("\n", $trace) as $call) {
        if (str_contains($call, '"begin\n"')) {
            [$unanswered, $waits, $running] = [false, 0, true];
        } elseif (str_contains($call, '"end\n"')) {
            $running = false;
        } elseif (preg_match("~ connect\((\d+), .*htons\($port\)~", $call, $is)) {
            [$connection, $unanswered] = [$is[1], true];
        } elseif (preg_match("~ (send\w*|writev?)\($connection,~", $call)) {
            $unanswered = true;
        } elseif ($running && $unanswered && preg_match("~ (recv\w*|readv?)\($connection,| p?poll\(\[\{fd=$connection, events=(?![A-Z|]*OUT)~", $call)) {
            $unanswered = false;
            $waits++;
        }
    }
    return $waits;
}

$relay = new WithheldAnswers(Server::shared());
$trace = tempnam(sys_get_temp_dir(), 'strace');
foreach (LOCKS as $lock) {
    foreach (CONNECTIONS as $connection => $ini) {
        foreach (REQUESTS as $what => $change) {
            // No timeout ends the wait for an answer that is held back.
            $session = new Session($lock, $ini + ['rustsql.io_timeout' => '300', 'rustsql.connect_timeout' => '300']);
            // Creates the table and the session, and makes MySQL cache the password's hash.
            $session->run('session_start(); $_SESSION["n"] = 0;');
            $session->awaitNoConnection();

            PhpProcess::$prefix = ['strace', '-f', '-e', 'trace=network,read,readv,write,writev,poll,ppoll', '-o', $trace];
            $process = begin($session, $change, []);
            PhpProcess::$prefix = [];
            for ($i = 0; $i < COUNT; $i++) {
                request($process, $session, $ini);
            }
            $process->wait();
            $session->awaitNoConnection();
            $waits = waits(file_get_contents($trace), $session->server->port);
            echo "$lock, $connection, $what: $waits";

            $process = begin($session, $change, ['rustsql.dsn' => $relay->dsn('', ['user' => $session->user])]);
            for ($i = 1; $i < COUNT; $i++) {
                request($process, $session, $ini);
            }
            $relay->pass($waits);
            request($process, $session, $ini);
            $relay->pass(null);
            $process->wait();
            echo "\n";
        }
    }
}
unlink($trace);
?>
--EXPECT--
advisory, fresh, changed: 4
advisory, fresh, unchanged: 3
advisory, fresh, pipelined login, changed: 3
advisory, fresh, pipelined login, unchanged: 2
advisory, kept, changed: 2
advisory, kept, unchanged: 1
row, fresh, changed: 4
row, fresh, unchanged: 3
row, fresh, pipelined login, changed: 3
row, fresh, pipelined login, unchanged: 2
row, kept, changed: 2
row, kept, unchanged: 1
