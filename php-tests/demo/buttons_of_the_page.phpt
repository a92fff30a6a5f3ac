--TEST--
The demo prints its checks; its page breaks what it runs on, says what happened, and counts each answered request once
--SKIPIF--
<?php
require __DIR__ . '/../inc/browser.php';
Browser::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/demo.php';

$demo = new Demo('1');
foreach (['400 parallel requests on one session +counter 400, none lost', 'the holder of the session killed +the next one ran \d+ ms later, with what was stored',
    'the database restarted under a request +nothing lost, no warning'] as $line) {
    check(preg_match("~^  ✓  $line$~mu", $demo->printed) === 1, "printed: $line", $demo->printed);
}
has('·  the same 400 without locking', $demo->printed, 'printed');

$browser = $demo->browser;
$counter = 0;
same($counter, $demo->counter(), 'a new session');
foreach ([
    ['#add', 1, '~^A request on host [AB]: the counter went from 0 to 1, none lost\.$~'],
    ['#many', 30, '~^30 parallel requests over both hosts: the counter went from 1 to 31, none lost\. The longest wait was [\d.]+ ms\.$~'],
    ['#kill-holder', 4, '~^The holder \(process \d+ on host A\) was killed\. The next request had the lock [\d.]+ ms later\.~'],
    ['#restart', 1, '~^The database was restarted in [\d.]+ s, while a request on host A had the session open\. Its write connected again,~'],
    ['#freeze', 5, '~^The database was frozen for 4 s\. .* They were refused with a warning after 2 s \(\d+ refusals?\), and the page sent them again:~'],
    ['#host-B button', 30, '~^Host B was killed in the middle of 30 parallel requests\. \d+ of them got no answer, and were sent again to host A\. Each counts exactly once:~'],
    ['#add', 1, '~^A request on host A:~'],
    ['#host-B button', 0, '~^Host B was started again within [\d.]+ ms~'],
    ['#host-A button', 30, '~^Host A was killed in the middle of 30 parallel requests\.~'],
    ['#host-A button', 0, '~^Host A was started again~'],
    ['#hold', 9, '~^A request had the session for 3 s, and 8 others queued behind it: ~'],
] as [$button, $more, $said]) {
    $says = $demo->press($button);
    check(preg_match($said, $says) === 1, "$button", $says);
    $counter += $more;
    same($counter, $demo->counter(), "the counter after $button");
}
// The version in words: the restart began a second lineage.
$version = $browser->text('#version');
check(preg_match('~^Write (\d+) of lineage [0-9a-f]{7} on server instance \d+, mark [0-9a-f]{5}$~', $version, $match) === 1, 'version', $version);
$lineages = $browser->run('return [...document.querySelectorAll("#lineages li")].map(item => item.textContent)');
same(2, count($lineages), 'lineages');
has(": $match[1] writes", $lineages[1] ?? '', 'the lineage now');
same("$match[1]", (string) ($counter - 35), 'writes since the restart, its own among them');

// What a page sends again counts once.
$add = 'const answer = await fetch("/session.php?do=add&id=twice", { method: "POST" }); return (await answer.json()).n';
same([$counter + 1, $counter + 1], [$browser->runAsync($add), $browser->runAsync($add)], 'the same request, sent twice');
$counter++;

// Host B has the same session.
$page = json_decode($browser->run('return document.body.dataset.page'), true);
$browser->open($page['hosts']['B']);
$browser->await('#counter', (string) $counter);

// The controls take only what comes from the page, and only its processes.
$ask = function (string $url, string $head, string $body = ''): string {
    ['host' => $host, 'port' => $port] = parse_url($url);
    $socket = stream_socket_client("tcp://$host:$port");
    fwrite($socket, "$head\r\nContent-Length: " . strlen($body) . "\r\nConnection: close\r\n\r\n$body");
    return stream_get_contents($socket);
};
$origin = 'Origin: ' . $page['hosts']['A'];
foreach ([
    'no token' => ["POST / HTTP/1.1\r\n$origin", 'do=state', '403'],
    'another token' => ["POST / HTTP/1.1\r\n$origin", 'do=state&token=' . strrev($page['token']), '403'],
    'another site' => ["POST / HTTP/1.1\r\nOrigin: http://other.test", "do=state&token=$page[token]", '403'],
    'no POST' => ["GET / HTTP/1.1\r\n$origin", "do=state&token=$page[token]", '403'],
    'the page' => ["POST / HTTP/1.1\r\n$origin", "do=state&token=$page[token]", '{"up":{"A":true,"B":true}}'],
    'a process of others' => ["POST / HTTP/1.1\r\n$origin", "do=kill-holder&token=$page[token]&pid=" . getmypid(), 'not one of this demo'],
] as $what => [$head, $body, $expected]) {
    has($expected, $ask($page['control'], $head, $body), $what);
}
has('403', $ask($page['hosts']['A'], "GET / HTTP/1.1\r\nHost: other.test"), 'a name of others that leads here');
has('200', $ask($page['hosts']['A'], "GET / HTTP/1.1\r\nHost: localhost"), 'localhost');
same([], warnings(), 'warnings');
echo "done\n";
?>
--EXPECT--
done
