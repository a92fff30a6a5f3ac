<?php
/*
 * The addresses of both web hosts, by their names. A page and its requests have to be at the loopback interface: under another
 * name it would be a page of somebody else, whose name leads here.
 */
declare(strict_types=1);

$name = preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '');
if (!in_array($name, ['127.0.0.1', 'localhost'], true)) {
    http_response_code(403);
    exit('This demo answers at 127.0.0.1 and localhost only.');
}
$hosts = [];
foreach (array_combine(['A', 'B'], explode(',', getenv('DEMO_PORTS'))) as $host => $port) {
    $hosts[$host] = "http://$name:$port";
}
