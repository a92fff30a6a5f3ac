<?php
/*
 * The benchmark, run by tools/bench, which tells how to use it.
 *
 *     load  -- HTTP -->  nginx  -- FastCGI -->  a pool of PHP-FPM for each contestant  -->  what keeps its sessions
 *
 * All that it starts ends with it, whatever ends it.
 */
declare(strict_types=1);

foreach (['../php-tests/inc/server', '../php-tests/inc/php', '../php-tests/inc/daemon', 'stack', 'contestants', 'network', 'measure', 'cases', 'requirements', 'report'] as $file) {
    require __DIR__ . "/$file.php";
}

function say(string $text = ''): void
{
    echo $text, "\n";
}

function main(): int
{
    exec('rm -rf ' . escapeshellarg(Stack::folder('state')) . ' ' . escapeshellarg(Stack::folder('files')));
    $started = hrtime(true);
    $pages = ['network' => NETWORK_CASES, 'one-machine' => array_values(array_diff(array_keys(cases()), NETWORK_CASES, EXTRA_CASES))];
    $only = array_merge(...array_map(fn ($name) => $pages[$name] ?? [$name], array_filter(explode(',', (string) getenv('ONLY')))));
    $measure = new Measure(new Stack, (bool) getenv('QUICK'));
    $failed = [];
    foreach (cases() as $name => $case) {
        if (in_array($name, $only ?: array_diff(array_keys(cases()), EXTRA_CASES), true)) {
            $began = hrtime(true);
            say("\n$name");
            // One case that cannot be measured costs only its own figures.
            try {
                $case($measure, $name);
            } catch (RuntimeException|LogicException $e) {
                unset($measure->results[$name]);
                $failed[] = $name;
                say("  not measured: {$e->getMessage()}");
            }
            if ($measure->results) {
                file_put_contents(Stack::folder('') . 'results.json', json_encode(['facts' => facts($measure), 'results' => $measure->results], JSON_PRETTY_PRINT));
            }
            say(sprintf("  [%s: %.0f s]", $name, (hrtime(true) - $began) / 1e9));
        }
    }
    say(sprintf("\n%.1f minutes", (hrtime(true) - $started) / 60e9));
    $lists = ['network' => network_requirements($measure->results), 'one-machine' => requirements($measure->results)];
    $list = array_merge(...array_values($lists));
    foreach ($list as $is) {
        if ($is->figure !== null || !$only) {
            say(sprintf('%-12s %6s, %s %s: %s', $is->verdict(), $is->figure(), $is->atMost ? 'at most' : 'at least', figure($is->bound), $is->what));
        }
    }
    if ($failed) {
        say('not measured: ' . implode(', ', $failed));
    }
    foreach (['network' => network_report(...), 'one-machine' => report(...)] as $page => $write) {
        // Only a page all of whose cases were to be measured.
        if ((!$measure->quick || getenv('WRITE')) && (!$only || !array_diff($pages[$page], $only))) {
            $write($measure->results, facts($measure), $lists[$page]);
            say("the page for $page is written");
        }
    }
    if ($measure->quick) {
        return $failed ? 2 : 0;
    }
    $short = array_filter($list, fn ($is) => !$is->holds() && ($is->figure !== null || !$only));
    if ($short) {
        say(count($short) . ' figures fall short');
        return 1;
    }
    if ($failed) {
        return 2;
    }
    return 0;
}

// A signal ends the program as its own end does, with all that is registered for that.
if (function_exists('pcntl_async_signals')) {
    pcntl_async_signals(true);
    foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
        pcntl_signal($signal, fn (int $signal) => exit(128 + $signal));
    }
}
try {
    exit(main());
} catch (RuntimeException $e) {
    fwrite(STDERR, "\nThe benchmark failed: {$e->getMessage()}\n");
    exit(2);
}
