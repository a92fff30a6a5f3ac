<?php
/*
 * Bars as SVG, readable on a light and on a dark page. No fonts or scripts from elsewhere.
 */
declare(strict_types=1);

/**
 * @param array<string, array{float, string}> $bars a name, its value, and what is written beside it
 * @param callable(string): bool $ours the bars that are drawn in our colour
 */
function bars(string $title, string $axis, array $bars, callable $ours): string
{
    [$left, $width, $height, $top] = [250, 760, 24, 58];
    $most = max(array_column($bars, 0)) ?: 1.0;
    $step = 10 ** floor(log10($most));
    $step = $most / $step < 2 ? $step / 5 : ($most / $step < 5 ? $step / 2 : $step);
    $room = $width - $left - 110;
    $x = fn (float $value): float => round($left + $value / $most * $room, 1);
    $bottom = $top + count($bars) * $height;
    $text = fn (string $text): string => htmlspecialchars($text, ENT_XML1);
    $svg = sprintf('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">', $width, $bottom + 48, $text($title))
        . '<style>text{font:13px sans-serif;fill:#1f2328}.title{font-weight:bold;font-size:15px}.axis{stroke:#8b949e;stroke-width:1}.grid{stroke:#8b949e;stroke-opacity:.3}'
        . '.them{fill:#8b949e}.us{fill:#d2691e}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>'
        . sprintf('<text class="title" x="10" y="24">%s</text>', $text($title));
    for ($tick = 0.0; $tick <= $most * 1.0001; $tick += $step) {
        $svg .= sprintf('<line class="grid" x1="%1$s" x2="%1$s" y1="%2$d" y2="%3$d"/><text text-anchor="middle" x="%1$s" y="%4$d">%5$s</text>',
            $x($tick), $top - 8, $bottom, $bottom + 17, number_format($tick, $step < 1 ? 1 : 0));
    }
    $y = $top;
    foreach ($bars as $name => [$value, $label]) {
        $svg .= sprintf('<text text-anchor="end" x="%d" y="%d">%s</text><rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/><text x="%.1f" y="%d">%s</text>',
            $left - 8, $y + 14, $text((string) $name), $ours((string) $name) ? 'us' : 'them', $left, $y, max(1, $x($value) - $left), $height - 6, $x($value) + 6, $y + 14, $text($label));
        $y += $height;
    }
    return $svg . sprintf('<line class="axis" x1="%1$d" x2="%1$d" y1="%2$d" y2="%3$d"/><text text-anchor="middle" x="%4$d" y="%5$d">%6$s</text></svg>',
        $left, $top - 8, $bottom, $left + $room / 2, $bottom + 38, $text($axis)) . "\n";
}

/**
 * Lines over numbers. The names stand at the right ends of their lines, apart from each other.
 *
 * @param array<string, array<string|int, float>> $lines a name, and its value for each number
 * @param callable(string): string $class a line's class of style: `us` or `them`, and `dashed`
 */
function line_plot(string $title, string $across, string $up, array $lines, callable $class): string
{
    [$left, $right, $top, $bottom, $width] = [60, 250, 54, 450, 820];
    $most = max(array_map(max(...), $lines));
    $farthest = (float) max(array_map(fn ($line) => max(array_keys($line)), $lines));
    $x = fn (float $value): float => round($left + $value / $farthest * ($width - $left - $right), 1);
    $y = fn (float $value): float => round($bottom - $value / $most * ($bottom - $top), 1);
    $text = fn (string $text): string => htmlspecialchars($text, ENT_XML1);
    $svg = sprintf('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">', $width, $bottom + 52, $text($title))
        . '<style>text{font:13px sans-serif;fill:#1f2328}.title{font-weight:bold;font-size:15px}.grid{stroke:#8b949e;stroke-opacity:.3}path{fill:none;stroke-width:2}'
        . '.them{stroke:#8b949e}.us{stroke:#d2691e}.bold{font-weight:bold}.dashed{stroke-dasharray:5 4}.leader{stroke-width:1;stroke-opacity:.6}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>'
        . sprintf('<text class="title" x="10" y="24">%s</text><text x="10" y="44">%s</text>', $text($title), $text($up));
    $step = $most > 12 ? 5 : ($most > 6 ? 2 : 1);
    for ($tick = 0; $tick <= $most; $tick += $step) {
        $svg .= sprintf('<line class="grid" x1="%1$s" x2="%2$s" y1="%3$s" y2="%3$s"/><text text-anchor="end" x="%4$s" y="%5$s">%6$s</text>',
            $left, $width - $right, $y($tick), $left - 8, $y($tick) + 4, $tick);
    }
    foreach (array_keys(reset($lines)) as $at) {
        if ((float) $at !== 0.1) {
            $svg .= sprintf('<text text-anchor="middle" x="%s" y="%d">%s</text>', $x((float) $at), $bottom + 20, $at);
        }
    }
    uasort($lines, fn ($a, $b) => end($b) <=> end($a));
    $label = 0.0;
    // The lowest last: each label is at least a line below the one above it, and the last ones fit above the axis.
    $left_to_place = count($lines);
    foreach ($lines as $name => $line) {
        $points = implode(' L', array_map(fn ($at, $value) => $x((float) $at) . ' ' . $y($value), array_keys($line), $line));
        $end = $y(end($line));
        $label = min(max($end, $label + 18), $bottom - 18 * --$left_to_place);
        $svg .= sprintf('<path class="%s" d="M%s"/><path class="leader %s" d="M%s %s L%s %s"/><text x="%s" y="%s"%s>%s</text>', $class($name), $points, explode(' ', $class($name))[0],
            $x($farthest), $end, $x($farthest) + 18, $label, $x($farthest) + 22, $label + 4, str_starts_with($class($name), 'us') ? ' class="bold"' : '', $text((string) $name));
    }
    return $svg . sprintf('<text text-anchor="middle" x="%s" y="%d">%s</text></svg>', ($left + $width - $right) / 2, $bottom + 42, $text($across)) . "\n";
}
