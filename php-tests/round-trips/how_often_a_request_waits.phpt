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

const REQUESTS = [
    'changed' => 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;',
    'unchanged' => 'session_start();',
    'read and closed' => 'session_start(["read_and_close" => true]);',
    'new' => 'session_id(""); session_start(); $_SESSION["n"] = 1;',
    'new, strict' => 'session_id(""); session_start(["use_strict_mode" => 1]); $_SESSION["n"] = 1;',
    'new, aborted' => 'session_id(""); session_start(); session_abort();',
    'regenerated' => 'session_start(); $_SESSION["n"] = 1 - ($_SESSION["n"] ?? 0); session_regenerate_id();',
    'regenerated, unchanged' => 'session_start(); session_regenerate_id();',
    'regenerated, old one destroyed' => 'session_start(); $_SESSION["n"] = 1 - ($_SESSION["n"] ?? 0); session_regenerate_id(true);',
    '64 KB' => 'session_start(); $_SESSION["x"] = str_repeat(chr(ord(($_SESSION["x"] ?? "0")[0]) ^ 1), 64 << 10);',
];
const CONNECTIONS = [
    'fresh' => ['rustsql.persistent' => '0', 'rustsql.pipelined_login' => '0'],
    'fresh, pipelined login' => ['rustsql.persistent' => '0', 'rustsql.pipelined_login' => '1'],
    'kept' => ['rustsql.persistent' => '1'],
];
/** What is counted on a fresh connection. */
const FRESH = [
    'fresh' => ['changed', 'unchanged'],
    'fresh, pipelined login' => ['changed', 'unchanged', 'new', 'regenerated, old one destroyed', '64 KB'],
];
/** The first request opens a kept connection, and the second prepares the last of its statements. The last one is counted. */
const COUNT = 4;

/** A process that serves a request for each line, and prints where the request begins and ends. */
function begin(Session $session, string $change, array $ini): PhpProcess
{
    $code = '$id = $argv[1]; while (fgets(STDIN)) { fwrite(STDOUT, "begin\n"); session_id($id); ' . $change . ' session_write_close(); fwrite(STDOUT, "end\n"); $id = session_id(); }';
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
 * What the last request sends: 1 for each time that it then waits for an answer, 0 for each time that it sends more instead, or
 * ends. A wait is the first poll or receive after a send or a connect; further ones belong to the same wait. The poll for the end
 * of a connect, which has POLLOUT, is not counted: the greeting is. An answer to a send of the request before is not counted either.
 */
function sends(string $trace, int $port): string
{
    [$connection, $unanswered, $sends, $running, $full] = [null, false, '', false, false];
    foreach (explode("\n", $trace) as $call) {
        if (str_contains($call, '"begin\n"')) {
            [$unanswered, $sends, $running] = [false, '', true];
        } elseif (str_contains($call, '"end\n"')) {
            $running = false;
        } elseif (preg_match("~ connect\((\d+), .*htons\($port\)~", $call, $is)) {
            [$connection, $unanswered] = [$is[1], true];
        } elseif (preg_match("~ p?poll\(\[\{fd=$connection, events=[A-Z|]*OUT~", $call)) {
            $full = true;
        } elseif (preg_match("~ (send\w*|writev?)\($connection,~", $call)) {
            // The rest of a large packet is no other one.
            $sends .= $running && $unanswered && !$full ? '0' : '';
            [$unanswered, $full] = [true, false];
        } elseif ($running && $unanswered && preg_match("~ (recv\w*|readv?)\($connection,| p?poll\(\[\{fd=$connection, ~", $call)) {
            $unanswered = false;
            $sends .= '1';
        }
    }
    return $sends;
}

$relay = new WithheldAnswers(Server::shared());
$trace = tempnam(sys_get_temp_dir(), 'strace');
foreach (LOCKS as $lock) {
    foreach (CONNECTIONS as $connection => $ini) {
        foreach (REQUESTS as $what => $change) {
            if (!in_array($what, FRESH[$connection] ?? array_keys(REQUESTS), true)) {
                continue;
            }
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
            $sends = sends(file_get_contents($trace), $session->server->port);
            echo "$lock, $connection, $what: ", substr_count($sends, '1');

            $process = begin($session, $change, ['rustsql.dsn' => $relay->dsn('', ['user' => $session->user])]);
            for ($i = 1; $i < COUNT; $i++) {
                request($process, $session, $ini);
            }
            $relay->pass($sends);
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
advisory, fresh, pipelined login, new: 3
advisory, fresh, pipelined login, regenerated, old one destroyed: 4
advisory, fresh, pipelined login, 64 KB: 4
advisory, kept, changed: 2
advisory, kept, unchanged: 1
advisory, kept, read and closed: 1
advisory, kept, new: 1
advisory, kept, new, strict: 1
advisory, kept, new, aborted: 0
advisory, kept, regenerated: 3
advisory, kept, regenerated, unchanged: 3
advisory, kept, regenerated, old one destroyed: 3
advisory, kept, 64 KB: 2
row, fresh, changed: 4
row, fresh, unchanged: 3
row, fresh, pipelined login, changed: 3
row, fresh, pipelined login, unchanged: 2
row, fresh, pipelined login, new: 3
row, fresh, pipelined login, regenerated, old one destroyed: 4
row, fresh, pipelined login, 64 KB: 4
row, kept, changed: 2
row, kept, unchanged: 1
row, kept, read and closed: 1
row, kept, new: 1
row, kept, new, strict: 1
row, kept, new, aborted: 1
row, kept, regenerated: 3
row, kept, regenerated, unchanged: 3
row, kept, regenerated, old one destroyed: 3
row, kept, 64 KB: 2
