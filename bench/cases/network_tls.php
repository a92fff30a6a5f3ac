<?php
/*
 * What TLS costs over a network: a process with it and one without, which take turns.
 */
declare(strict_types=1);

const NETWORK_TLS = ['rustsql-kept', 'rustsql-pipelined', 'rustsql'];

function measure_network_tls(Measure $measure, string $case): void
{
    foreach (['', '-mysql'] as $server) {
        foreach (NETWORK_TLS as $name) {
            $plain = preg_replace('/^rustsql/', "rustsql$server", $name);
            $names = [$plain, "$plain-tls"];
            $php = array_combine($names, array_map(fn ($name) => network_loop($name, network(USUAL)), $names));
            array_map(fn ($process) => ask($process, 'fill'), $php);
            $work = (int) (1000 * USUAL + 500);
            for ($round = 0; $round < ($measure->quick ? 2 : 3 * $measure->rounds()); $round++) {
                foreach (shuffled($names) as $which) {
                    $measure->results[$case][$which][$round]['us'] = (float) ask($php[$which], 'changed ' . ($measure->quick ? 3 : 20) . " $work");
                }
            }
            say(sprintf('  %-28s %6.2f ms, %.2f of plain', "$plain-tls", $measure->median($case, "$plain-tls", 'us') / 1e3, $measure->ratio($case, "$plain-tls", $plain, 'us')));
        }
    }
}
