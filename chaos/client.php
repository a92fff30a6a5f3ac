<?php
/*
 * The visitors, in a process of their own, so that nothing that the faults wait for holds them up: a number of requests
 * is always under way, to both web hosts, many of them on the same few sessions. Each is written down with its outcome.
 *
 *     php client.php PAGE RECORD SEED SOCKET...      until its stdin is closed; then it waits for what is under way
 *
 * With the page merging.php, sessions also end, and some requests are slow.
 */
declare(strict_types=1);

require __DIR__ . '/../php-tests/inc/web_request.php';
require __DIR__ . '/record.php';

const IN_FLIGHT = 12;
/** Sessions that several requests want at once, and all that there are at a time. */
const CONTENDED = 4;
const SESSIONS = 60;
/** A session is left for a new one after so many requests, about. */
const RENEW = 80;
/** With merging.php, where sessions end, and how. */
const RENEW_OFTEN = 30;
const ENDS = ['destroy', 'revoke', 'regenerate'];
/** After a refusal. */
const PAUSE_MS = 10;
/** Far above whatever the timeouts add up to. */
const HANGS_MS = 60_000;

[, $page, $file, $seed, $sockets] = [$argv[0], $argv[1], $argv[2], (int) $argv[3], array_slice($argv, 4)];
$merges = basename($page) === 'merging.php';
$keys = 0;
$ended = [];
mt_srand($seed);
$record = Record::create($file);
$now = fn (): float => hrtime(true) / 1e6;
// In half of the sessions each request stores something of its own, as most pages do. In the others rivals that begin from
// the same data would store the very same bytes.
$newId = fn (): string => (mt_rand(0, 1) ? 'own' : 'same') . bin2hex(random_bytes(8));

$ids = array_map($newId, range(1, SESSIONS));
$open = [];
// Nobody comes again at once after a refusal, or refusals would be most of what there is.
$notBefore = 0.0;
stream_set_blocking(STDIN, false);
for ($stopped = false; !$stopped || $open; ) {
    while (!$stopped && count($open) < IN_FLIGHT && $now() >= $notBefore) {
        $which = mt_rand(1, 5) <= 2 ? mt_rand(0, CONTENDED - 1) : mt_rand(CONTENDED, SESSIONS - 1);
        $does = '';
        if (mt_rand(1, $merges ? RENEW_OFTEN : RENEW) === 1) {
            $old = $ids[$which];
            // Once at most. Some visitors go on with the same id.
            if ($merges && !isset($ended[$old]) && mt_rand(0, 3)) {
                $does = ENDS[array_rand(ENDS)];
                $ended[$old] = true;
            }
            if (!$does || mt_rand(0, 1)) {
                $ids[$which] = $newId();
            }
        }
        $id = $does ? $old : $ids[$which];
        $key = 'k' . ++$keys;
        $request = new FastCgiRequest($sockets[array_rand($sockets)], $page, "id=$id&do=$does&key=$key&work=" . mt_rand(0, $merges && mt_rand(1, 8) === 1 ? 50_000 : 3000));
        if (!$request->socket) {
            $record->add($id, $now(), $now(), null, unreached: true, does: $does, key: $key);
            $notBefore = $now() + PAUSE_MS;
            break;
        }
        $open[(int) $request->socket] = [$request, $id, $now(), $does, $key];
    }
    $readable = array_map(fn ($entry) => $entry[0]->socket, $open);
    if (!$stopped) {
        $readable['stdin'] = STDIN;
    }
    [$write, $except] = [null, null];
    if ($readable) {
        stream_select($readable, $write, $except, 0, 1000 * PAUSE_MS);
    }
    $stopped = $stopped || isset($readable['stdin']) && (string) fread(STDIN, 1) === '' && feof(STDIN);
    foreach ($open as $socket => [$request, $id, $start, $does, $key]) {
        $over = isset($readable[$socket]) && !$request->read();
        if ($over || $now() - $start > HANGS_MS) {
            $outcome = $record->add($id, $start, $now(), $over ? $request->json() : null, hung: !$over, text: $request->text(), does: $does, key: $key);
            if ($outcome === 'refused') {
                $notBefore = $now() + PAUSE_MS;
            }
            unset($open[$socket]);
        }
    }
}
