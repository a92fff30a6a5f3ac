--TEST--
tools/lib/prose.php finds long sentences, unusual words, and links that lead nowhere
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

function prose(string $text, string ...$options): string
{
    $folder = dirname(__DIR__, 2) . '/target/test/' . getmypid() . '-prose';
    mkdir($folder);
    file_put_contents("$folder/page.md", $text);
    $command = [helper_php(), '-n', dirname(__DIR__, 2) . '/tools/lib/prose.php', ...$options, "$folder/page.md"];
    exec(implode(' ', array_map(escapeshellarg(...), $command)), $said, $status);
    unlink("$folder/page.md");
    rmdir($folder);
    return str_replace("$folder/", '', implode("\n", $said)) . ($status ? '' : 'good');
}
$words = fn (int $count) => implode(' ', array_fill(0, $count, 'word'));

same('good', prose("# Page\n\nShort. Another [link](#page), and `code with many words in it`.\n", '--short'), 'nothing');
same('good', prose("One:\n\n- {$words(20)}\n- {$words(20)}\n\n| {$words(20)} | {$words(20)} |\n", '--short'), 'items and cells');
same('good', prose("{$words(25)}. {$words(25)}? {$words(25)}\n", '--short'), '25 words');
has('page.md:3: 26 words: ', prose("# Page\n\n{$words(13)}\n{$words(13)}.\n", '--short'), '26 words');
has('26 words: ', prose("- {$words(26)}\n", '--short'), 'an item');
has('26 words: ', prose("| a | {$words(26)} |\n", '--short'), 'a cell');
same('good', prose("{$words(26)}.\n"), 'where long sentences may be');
same('good', prose("```text\n{$words(26)} time-out\n```\n`time-out`\n", '--short'), 'code');
same("page.md:2: 'time-out': write timeout", prose("A\ntime-out.\n"), 'a word');
has("'neither is not", prose("That neither is not.\n"), 'two negations');
same('page.md: #pages leads nowhere', prose("# Page\n\n[link](#pages)\n"), 'a heading');
same('page.md: other.md leads nowhere', prose("[link](other.md)\n"), 'a file');
echo "done\n";
--EXPECT--
done
