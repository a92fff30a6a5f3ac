<?php
/*
 * The CPU time of a request, of PHP and of the store, with many kept connections: the store has a core of its own, and as many clients
 * as connections send their next request when the last is answered.
 */
declare(strict_types=1);

const CONNECTIONS = [8, 64, 200];
const CONNECTED = ['redis-tcp-kept', 'rustsql-tcp-kept', 'rustsql-row-tcp-kept', 'rustsql-tcp-mysql-kept', 'rustsql-row-tcp-mysql-kept'];

function measure_connections(Measure $measure, string $case): void
{
    $stack = $measure->stack;
    $load = ['size' => 2048, 'sessions' => $measure->quick ? 200 : 2000, 'seconds' => $measure->quick ? 0.3 : 1.2, 'warmup' => $measure->quick ? 0.1 : 0.5, 'ids' => 'connections'];
    // The load client, too.
    [$before, PhpProcess::$prefix] = [PhpProcess::$prefix, on(CLIENT_CORE)];
    foreach ($measure->quick ? array_slice(CONNECTIONS, 0, 2) : CONNECTIONS as $clients) {
        foreach (CONNECTED as $name) {
            $contestant = $stack->start($name, $clients);
            pin($stack->serverPid($contestant), (string) SERVER_CORE);
            foreach ([...$stack->workers($name), ...$stack->nginxPids()] as $pid) {
                pin($pid, (string) CLIENT_CORE);
            }
            $measure->fill($name, ['do' => 'changed', 'clients' => $clients] + $load);
        }
        // CPU time depends on what else the machine does: the page has its spread.
        for ($round = 0; $round < ($measure->quick ? 1 : max(5, $measure->rounds())); $round++) {
            foreach (shuffled(CONNECTED) as $name) {
                foreach (['unchanged', 'changed'] as $do) {
                    $measure->results[$case]["$name $clients $do"][$round] = array_diff_key($measure->run($name, ['do' => $do, 'clients' => $clients] + $load), ['clients' => 0]);
                }
            }
        }
        foreach (CONNECTED as $name) {
            $stack->stop($name);
            foreach (['unchanged', 'changed'] as $do) {
                $of = fn (string $what): float => $measure->median($case, "$name $clients $do", $what);
                say(sprintf('  %3d %-28s %-9s %6.0f /s  CPU: PHP %4.0f us, store %4.0f us', $clients, $name, $do, $of('rps'), $of('cpu_php'), $of('cpu_server')));
            }
        }
    }
    PhpProcess::$prefix = $before;
    $all = '0-' . (int) shell_exec('nproc --all') - 1;
    array_map(fn ($name) => pin($stack->serverPid($stack->contestant($name)), $all), CONNECTED);
    array_map(fn ($pid) => pin($pid, $all), $stack->nginxPids());
}
