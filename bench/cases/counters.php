<?php
/*
 * What the counters of RustSql\stats() cost: the same build with them, and without them (no_counters.c), in one process. valgrind counts the
 * instructions in user space, which differ less from run to run than times do. The kernel's are not counted, so the share of a whole
 * request is smaller.
 */
declare(strict_types=1);

function measure_counters(Measure $measure, string $case): void
{
    [$each, $rounds] = $measure->quick ? [50, 3] : [200, 60];
    $name = 'rustsql-kept';
    $measure->stack->database('mariadb');
    ask(counters_loop($measure, $name, true), 'fill');
    foreach (['unchanged', 'changed'] as $work) {
        foreach (['with' => true, 'without' => false] as $which => $counting) {
            // What the start of PHP takes is in both.
            $instructions = array_map(fn (int $count): int => counters_instructions($measure, $name, $counting, "$work $count"), [100, 100 + 5 * $each]);
            $measure->results[$case]["$which $work"][0]['instructions'] = ($instructions[1] - $instructions[0]) / (5 * $each);
        }
        $php = ['with' => counters_loop($measure, $name, true), 'without' => counters_loop($measure, $name, false)];
        for ($round = 0; $round < $rounds; $round++) {
            foreach (shuffled(array_keys($php)) as $which) {
                $measure->results[$case]["$which $work"] ??= [];
                $measure->results[$case]["$which $work"][$round]['us'] = (float) ask($php[$which], "$work $each");
            }
        }
        say(sprintf('  kept, %s: %.0f instructions, %.4f of those without counters; time %.3f', $work, $measure->results[$case]["with $work"][0]['instructions'],
            $measure->ratio($case, "with $work", "without $work", 'instructions'), $measure->ratio($case, "with $work", "without $work", 'us')));
    }
}

/** loop.php, with what runs it in front. */
function counters_loop(Measure $measure, string $name, bool $counting, array $under = []): PhpProcess
{
    $preload = $counting ? [] : ['env', 'LD_PRELOAD=' . Stack::folder('') . 'no_counters.so'];
    $process = new PhpProcess([...$preload, ...$under, ...$measure->stack->cli($name), __DIR__ . '/../loop.php', 'counters', '200', '2048']);
    $process->readLine();
    return $process;
}

function counters_instructions(Measure $measure, string $name, bool $counting, string $line): int
{
    $process = counters_loop($measure, $name, $counting, ['valgrind', '--tool=cachegrind', '--trace-children=yes', '--cache-sim=no', '--cachegrind-out-file=/dev/null']);
    ask($process, $line);
    $err = $process->wait()['err'];
    return preg_match('/I\s+refs:\s+([\d,]+)/', $err, $is) ? (int) str_replace(',', '', $is[1]) : throw new RuntimeException("valgrind counts nothing: $err");
}

function counters_section(array $results): string
{
    $page = "\n## Counters\n\nA kept request of one process with the counters of `RustSql\\stats()`, against the same build without them. valgrind counts the instructions in user space.\n\n"
        . "| session | instructions | against without | time against without |\n|---|--:|--:|--:|\n";
    foreach (['unchanged', 'changed'] as $work) {
        $ratio = fn (string $what): float => ratio($results, 'counters', "with $work", "without $work", $what);
        $page .= sprintf("| %s | %.0f | %.4f | %.3f |\n", $work, $results['counters']["with $work"][0]['instructions'], $ratio('instructions'), $ratio('us'));
    }
    return $page;
}
