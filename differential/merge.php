<?php
/*
 * Merges random changes of sessions with PHP's own arrays and with src/merge, and compares the results. Called by tools/merge-cases:
 * PROGRAM SEED COUNT, where the program is differential/merge.rs. It stops at the first difference.
 */

error_reporting(E_ALL & ~E_DEPRECATED);
set_error_handler(fn (int $level, string $message) => error_reporting() & $level ? throw new ErrorException($message) : false);
require __DIR__ . '/merge_cases.php';
require __DIR__ . '/merge_oracle.php';

const FORMATS = ['php', 'php_serialize', 'php_binary'];
const BLOCK = 1000;

/** Where a session is encoded and decoded, and nothing is stored. */
final class Nowhere extends SessionHandler
{
    public function open(string $path, string $name): bool
    {
        return true;
    }

    public function close(): bool
    {
        return true;
    }

    public function create_sid(): string
    {
        return 'nowhere';
    }

    public function validateId(string $id): bool
    {
        return true;
    }

    public function read(string $id): string
    {
        return '';
    }

    public function write(string $id, string $data): bool
    {
        return true;
    }
}

function encoded(array $session): string
{
    $_SESSION = $session;
    $data = (string) @session_encode();
    $_SESSION = [];
    return $data;
}

/** `null` if PHP cannot read it. */
function decoded(string $data): ?array
{
    $_SESSION = [];
    if ($data !== '' && !session_decode($data)) {
        return null;
    }
    $session = $_SESSION;
    $_SESSION = [];
    return $session;
}

/** A case with its data and what it has to give. */
function prepared(int $seed, string $format): array
{
    $case = MergeCases::case($seed, $format);
    $data = array_fill(0, 3, $case['base'] === null ? '' : encoded($case['base']));
    foreach ([1, 2] as $side) {
        $session = decoded($data[0]);
        MergeCases::change($session);
        $data[$side] = encoded($session);
    }
    $oracle = new Oracle($case['depth'], $case['stored'], MergeCases::NOW);
    try {
        $result = encoded($oracle->merge(...array_map(decoded(...), $data)));
        $what = ['merged', "$oracle->conflicts:" . implode(' ', $oracle->stayed)];
    } catch (Refused $refused) {
        $result = '';
        $what = [$refused->what, $refused->getMessage()];
    }
    return [...$case, 'seed' => $seed, 'data' => $data, 'expected' => [$result, ...$what]];
}

function packed(array $case): string
{
    $head = [array_search($case['format'], FORMATS, true), $case['depth'], (int) $case['stored'], (int) ($case['base'] !== null)];
    return pack('C4V', ...$head, ...[MergeCases::NOW]) . implode('', array_map(fn ($data) => pack('V', strlen($data)) . $data, $case['data']));
}

/** For the summary: a result that one side has already shows little. */
function kind(array $answer, array $data): string
{
    [$result, $what, $said] = $answer;
    if ($what !== 'merged') {
        return $what;
    }
    $conflicts = str_starts_with($said, '0:') ? '' : ', with conflicts';
    if ($result === $data[1] || $result === $data[2]) {
        return "as one of them has it$conflicts";
    }
    return 'merged' . (preg_match('~[rR]:\d~', $result) ? ', with references' : '') . $conflicts;
}

/** @return list<string> The strings of a block of answers. */
function unpacked(string $block): array
{
    $texts = [];
    for ($at = 0; $at < strlen($block); $at += 4 + $length) {
        $length = unpack('V', $block, $at)[1];
        $texts[] = substr($block, $at + 4, $length);
    }
    return $texts;
}

function received($pipe, int $length): string
{
    $text = '';
    while (strlen($text) < $length && ($more = fread($pipe, $length - strlen($text))) !== false && $more !== '') {
        $text .= $more;
    }
    return strlen($text) === $length ? $text : throw new RuntimeException('the program has ended');
}

[, $program, $seed, $count] = $argv;
[$seed, $count] = [(int) $seed, (int) $count];
$process = proc_open([$program], [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('session.gc_probability', '0');
session_set_save_handler(new Nowhere, false);

$start = hrtime(true);
$seen = [];
$copies = 0;
for ($done = 0; $done < $count; $done += BLOCK) {
    // The serializer cannot change within a session.
    $format = FORMATS[intdiv($seed + $done, BLOCK) % count(FORMATS)];
    ini_set('session.serialize_handler', $format);
    session_start() || throw new RuntimeException('there is no session');
    $cases = [];
    for ($number = $done; $number < min($done + BLOCK, $count); $number++) {
        $cases[] = prepared($seed + $number, $format);
    }
    $block = implode('', array_map(packed(...), $cases));
    fwrite($pipes[0], pack('V', strlen($block)) . $block);
    $answers = unpacked(received($pipes[1], unpack('V', received($pipes[1], 4))[1]));
    foreach ($cases as $at => $case) {
        $answer = array_slice($answers, 3 * $at, 3);
        $isSame = $answer === $case['expected'];
        if (!$isSame && array_slice($answer, 1) === array_slice($case['expected'], 1)) {
            // The same case of an enum, once as a variable and once as a value: PHP makes one variable of them at its next write.
            $read = @decoded($answer[0]);
            $isSame = $read !== null && encoded($read) === $case['expected'][0];
            $copies++;
        }
        if (!$isSame) {
            printf("FAIL SEED=%d %s, depth %d, %s\n", $case['seed'], $format, $case['depth'], $case['stored'] ? 'stored' : 'refuse');
            foreach (['base' => $case['data'][0], 'ours' => $case['data'][1], 'theirs' => $case['data'][2],
                'PHP' => implode(' ', $case['expected']), 'rustsql' => implode(' ', $answer)] as $name => $text) {
                printf("    %-8s %s\n", $name, addcslashes($text, "\0..\37\177..\377"));
            }
            exit(1);
        }
        $kind = kind($answer, $case['data']);
        $seen[$kind] = ($seen[$kind] ?? 0) + 1;
    }
    session_abort();
}
arsort($seen);
foreach ($seen as $kind => $times) {
    printf("%9d %s\n", $times, $kind);
}
printf("%9d had other bytes than PHP's, and the same meaning\n", $copies);
$seconds = (hrtime(true) - $start) / 1e9;
printf("SEED=%d COUNT=%d: no difference, %d cases a second\n", $seed, $count, $count / $seconds);
echo "1 passed, 0 failed, 0 skipped\n";
