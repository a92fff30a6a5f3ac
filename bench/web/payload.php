<?php
/*
 * What the sessions hold beside their counter: fragments of text, as a page that remembers forms, messages or baskets has
 * them. Always the same for the same size. Little work for PHP's serializer, whose time is not what is measured.
 */
declare(strict_types=1);

const FRAGMENT = 600;

/** An array that makes a session of about so many bytes. */
function payload(int $size): array
{
    static $words = ['basket', 'the', 'order', 'of', 'customer\'s', 'delivery', 'and', 'street', 'Zürich', 'price', '12.50', 'a', 'blue',
        'shirt', 'with', 'long', 'sleeves', 'to', '"gift"', 'in', 'account', 'message', 'by', 'date', '2026-11-24', 'number'];
    // Whatever else is in the session takes some of it.
    $left = $size - 40;
    $fragments = [];
    $random = 1;
    while ($left > 60) {
        $text = '';
        $length = min(FRAGMENT, $left - 30);
        while (strlen($text) < $length) {
            $random = ($random * 1103515245 + 12345) & 0x7fffffff;
            $text .= $words[($random >> 8) % count($words)] . (($random >> 20) % 100) . ' ';
        }
        $fragments[] = $text;
        $left -= strlen($text) + 15;
    }
    return ['fragments' => $fragments];
}
