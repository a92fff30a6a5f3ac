<?php
/*
 * Looks for what makes a text for users hard to read. tools/lint calls it.
 *
 *     php prose.php FILE...              words that have a plainer or more usual one, and links that lead nowhere
 *     php prose.php --short FILE...      also sentences of more than 25 words
 *
 * What stands between backticks counts as one word. A cell of a table is a text of its own.
 */

const LONGEST = 25;

/** A word, and what to write. */
const UNUSUAL = [
    'time-outs?' => 'timeout',
    'fail-?overs? (?=mode)|fail-overs?' => 'failover',
    'dead-locks?' => 'deadlock',
    'slaves?' => 'replica',
    'anew' => 'again',
    'mend(?:ed|s|ing)?' => 'fix, repair, correct',
    'thereof|therein|whereby|thereby|hence|whence|whilst' => 'a word that people say',
    'for want of' => 'without',
    'is none of' => 'is not',
    'trips? a request' => 'round trips per request',
    'stands? in its way' => 'prevents it',
    'neither[^.|]{0,80}\bnot\b|\bnot un\w+|cannot not' => 'no double negative',
];

/** The text without code blocks, with as many lines. */
function without_blocks(string $page): string
{
    $blank = fn ($block) => str_repeat("\n", substr_count($block[0], "\n"));
    return preg_replace_callback(['~^ *```.*?^ *```$~ms', '~<!--.*?-->~s'], $blank, $page);
}

/** @return array<int, string> the texts of paragraphs, items and cells, by the line where they begin */
function texts(string $page): array
{
    // Not the punctuation within a code span, but what is around it.
    $page = preg_replace_callback('~(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)~s', fn ($span) => 'Code' . str_repeat("\n", substr_count($span[0], "\n")), $page);
    $page = preg_replace(['~!\[(.*?)\]\(.*?\)~s', '~\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?~s'], ['$1', '$1'], $page);
    $texts = [];
    $open = null;
    foreach (explode("\n", $page) as $number => $line) {
        $line = trim($line);
        if (str_starts_with($line, '|')) {
            foreach (explode('|', $line) as $cell) {
                $texts[] = [$number + 1, trim($cell)];
            }
            $open = null;
        } elseif ($line === '' || str_starts_with($line, '#')) {
            $open = null;
        } elseif ($open === null || preg_match('~^([-*·]|\d+\.|\*\*.*?\*\*:)\s~', $line)) {
            $texts[] = [$number + 1, preg_replace('~^([-*]|\d+\.)\s~', '', $line)];
            $open = count($texts) - 1;
        } else {
            $texts[$open][1] .= " $line";
        }
    }
    return $texts;
}

/** @return list<string> */
function problems(string $page, string $file, bool $short): array
{
    $page = without_blocks($page);
    $found = [];
    $plain = preg_replace('~`[^`]*`~', '', $page);
    foreach (UNUSUAL as $word => $better) {
        foreach (explode("\n", $plain) as $number => $line) {
            if (preg_match("~(?<![\w-])(?:$word)(?![\w-])~i", $line, $is)) {
                $found[] = "$file:" . ($number + 1) . ": '$is[0]': write $better";
            }
        }
    }
    foreach ($short ? texts($page) : [] as [$line, $text]) {
        foreach (preg_split('~(?<=[.!?])["\')*]*\s+| · ~u', $text) as $sentence) {
            $words = preg_match_all('~[^\s]*[\p{L}\p{N}][^\s]*~u', $sentence);
            if ($words > LONGEST) {
                $found[] = "$file:$line: $words words: $sentence";
            }
        }
    }
    preg_match_all('~\]\(([^)\s]+)\)~', $page, $links);
    foreach (array_unique($links[1]) as $link) {
        if (!preg_match('~^(https?|mailto):~', $link) && !leads_somewhere($link, $file)) {
            $found[] = "$file: $link leads nowhere";
        }
    }
    return $found;
}

function leads_somewhere(string $link, string $file): bool
{
    [$path, $heading] = explode('#', $link, 2) + [1 => ''];
    $path = $path === '' ? $file : dirname($file) . "/$path";
    if (!file_exists($path) || $heading === '') {
        return file_exists($path);
    }
    preg_match_all('~^#+ (.*)$~m', without_blocks(file_get_contents($path)), $headings);
    // As GitHub makes anchors.
    $anchors = array_map(fn ($text) => str_replace(' ', '-', preg_replace('~[^\p{L}\p{N} _-]~u', '', strtolower($text))), $headings[1]);
    return in_array($heading, $anchors, true);
}

$files = array_slice($argv, 1);
$short = ($files[0] ?? '') === '--short';
$found = [];
foreach (array_slice($files, (int) $short) as $file) {
    array_push($found, ...problems(file_get_contents($file), $file, $short));
}
echo implode("\n", $found), $found ? "\n" : '';
exit($found ? 1 : 0);
