<?php
/*
 * What a shop keeps in a session: the visitor, a token against forged forms, messages, and a basket of articles, as arrays of short
 * values. It can be compressed as such sessions can, unlike a text that repeats. Always the same for the same size.
 */
declare(strict_types=1);

/** An array that makes a session of about so many bytes. */
function payload(int $size): array
{
    static $words = ['shirt', 'blue', 'long', 'sleeves', 'cotton', 'shoes', 'leather', 'lamp', 'oak', 'table', 'glass', 'set', 'of', 'four', 'kettle', 'steel'];
    mt_srand(1);
    $session = [
        'user' => ['id' => 48213, 'name' => 'Zoë Müller', 'mail' => 'zoe.mueller@example.org', 'roles' => ['customer', 'newsletter'], 'since' => 1719230400],
        'csrf' => hash('sha256', 'token'),
        'flash' => ['success' => ['The article is in your basket.'], 'error' => []],
        'basket' => [],
    ];
    while (strlen(serialize($session)) < $size - 150) {
        $number = mt_rand(100_000, 999_999);
        $name = implode(' ', array_map(fn () => $words[mt_rand(0, count($words) - 1)], range(1, mt_rand(2, 5))));
        $session['basket']["article-$number"] = ['number' => $number, 'name' => $name, 'price' => mt_rand(100, 20_000) / 100, 'count' => mt_rand(1, 5),
            'size' => mt_rand(0, 1) ? 'M' : null, 'gift' => mt_rand(0, 9) === 0, 'added' => 1_764_000_000 + mt_rand(0, 100_000)];
    }
    return $session;
}
