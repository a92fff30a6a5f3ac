<?php
/*
 * Where the CPU time of a request goes, by samples of perf: of the server's threads, and of PHP. For docs/performance-limits.md; no
 * page is written.
 */
declare(strict_types=1);

const PROFILED = ['rustsql-row-kept' => ['changed', 'unchanged', 'new'], 'rustsql-kept' => ['changed'], 'rustsql-pipelined' => ['changed', 'unchanged']];
const PROFILE_NETWORK = 0.1;
const PROFILE_REQUESTS = 4000;

/** The first that fits a sample's stack has it. */
const SERVER_PARTS = [
    'the kernel sends the answers' => '~\b(?:__send|sendto|sendmsg|tcp_sendmsg)~',
    'the kernel wakes the thread, and receives' => '~\b(?:my_net_read_packet|vio_read|vio_io_wait|__poll|__libc_recv|tcp_recvmsg|do_sys_poll)~',
    'a connection begins and ends, with its login' => '~\b(?:thd_prepare_connection|login_connection|acl_authenticate|close_connection|end_connection|THD::THD|THD::.THD|unlink_thd|CONNECT::create_thd)~',
    'the redo log is written' => '~\b(?:log_write_up_to|log_write|__libc_pwrite|pwrite64)~',
    'COMMIT' => '~\b(?:trans_commit|ha_commit_trans)~',
    'SELECT' => '~\b(?:handle_select|mysql_select)~',
    'UPDATE' => '~\bmysql_update\b~',
    'INSERT' => '~\bmysql_insert\b~',
    'SET' => '~\bsql_set_variables\b~',
    'the rest of a statement: parser, privileges, metadata locks' => '~\bdispatch_command~',
];
const PHP_PARTS = [
    'the kernel sends' => '~\b(?:tcp_sendmsg|__sys_sendto)~',
    'the kernel waits, and wakes PHP' => '~\b(?:do_sys_poll|__x64_sys_poll|schedule)~',
    'the kernel receives' => '~\b(?:tcp_recvmsg|__sys_recvfrom)~',
    'the kernel connects and closes' => '~\b(?:__sys_connect|__x64_sys_close|task_work_run|__sys_socket)~',
    'rustsql' => '~librustsql~',
    'libc' => '~libc\.so~',
];

function measure_profile(Measure $measure, string $case): void
{
    $perf = trim((string) shell_exec('command -v perf')) ?: throw new RuntimeException('there is no perf: install linux-perf');
    $network = network(PROFILE_NETWORK);
    foreach (PROFILED as $name => $requests) {
        network_prepare($name);
        $php = network_loop($name, $network);
        $stack = network_stack();
        $server = $stack->serverPid($stack->contestant($name, $network->host));
        foreach ($requests as $request) {
            ask($php, "$request 20 600");
            $file = Stack::folder('') . 'perf.data';
            @unlink($file);
            $recorder = new PhpProcess([$perf, 'record', '-q', '-g', '-F', '6000', '-o', $file, '-p', "$server,$php->pid"]);
            Server::waitFor(fn () => is_file($file));
            [, $cpu] = explode(' ', ask($php, "$request " . ($measure->quick ? 200 : PROFILE_REQUESTS) . ' 600'));
            $recorder->signal(SIGINT);
            $recorder->wait(60);
            say(sprintf('  %s, %s', $name, REQUEST_TITLES[$request]));
            profile_say($file, $server, SERVER_PARTS, 'the server');
            profile_say($file, $php->pid, PHP_PARTS, sprintf('PHP, %.0f us', (float) $cpu), '~execute_ex|__vdso_clock_gettime|clock_gettime~');
        }
    }
}

/** @param string|null $leaf samples in this function itself do not count: the work of the page */
function profile_say(string $file, int $pid, array $parts, string $whose, ?string $leaf = null): void
{
    $script = popen('perf script -i ' . escapeshellarg($file) . " --pid $pid -F ip,sym,dso 2> /dev/null", 'r');
    [$count, $all, $frames] = [[], 0, []];
    while (($line = fgets($script)) !== false || $frames) {
        if ($line !== false && trim($line) !== '') {
            $frames[] = $line;
            continue;
        }
        [$sample, $frames] = [$frames, []];
        if ($sample && !($leaf && preg_match($leaf, $sample[0]))) {
            $text = implode($sample);
            $all++;
            foreach ($parts as $part => $pattern) {
                // A library counts if the sample is in it, a function if it is anywhere in the stack.
                if (preg_match($pattern, str_contains($pattern, 'lib') && !str_contains($pattern, '__') ? $sample[0] : $text)) {
                    $count[$part] = ($count[$part] ?? 0) + 1;
                    continue 2;
                }
            }
        }
    }
    pclose($script);
    say(sprintf('    %s: %d samples', $whose, $all));
    foreach (array_intersect_key(array_replace($parts, $count), $count) as $part => $samples) {
        say(sprintf('      %5.1f %%  %s', 100 * $samples / max(1, $all), $part));
    }
    say(sprintf('      %5.1f %%  the rest', 100 * ($all - array_sum($count)) / max(1, $all)));
}
