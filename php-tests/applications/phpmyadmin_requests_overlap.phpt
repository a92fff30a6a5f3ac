--TEST--
phpMyAdmin in a browser: of 81 pairs of its pages that overlap, at least 70 are written, and the others are refused by their reason
--SKIPIF--
<?php
require __DIR__ . '/../inc/application.php';
Application::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/application.php';
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/symfony.php';

// Its caches and what it knows of each table are three levels deep.
$session = new Session('merge', ['rustsql.merge_depth' => '3']);
$server = $session->server;
$shop = 'shop_' . getmypid();
$clerk = 'clerk_' . getmypid();
$server->query("CREATE DATABASE $shop");
$server->query("CREATE USER $clerk@'%' IDENTIFIED BY 'clerk-secret'");
$server->query("GRANT ALL ON $shop.* TO $clerk@'%'");
foreach ([1, 2] as $n) {
    $server->query("CREATE TABLE $shop.fruit$n (name VARCHAR(20) PRIMARY KEY, price INT)");
    $server->query("INSERT INTO $shop.fruit$n VALUES ('apple', 3), ('pear', 4)");
}

$phpmyadmin = new Application($session, 'usr/share/phpmyadmin', ['etc/phpmyadmin', 'var/lib/phpmyadmin']);
$settings = <<<'SETTINGS'
    <?php
    $cfg['blowfish_secret'] = '0123456789abcdef0123456789abcdef';
    $cfg['Servers'][1] = ['auth_type' => 'cookie', 'host' => '127.0.0.1', 'port' => '%d'];

    SETTINGS;
$phpmyadmin->write('etc/phpmyadmin/conf.d/test.php', sprintf($settings, $server->port));
$phpmyadmin->write('usr/share/phpmyadmin/counters.php', '<?php echo json_encode(RustSql\stats());');
// It keeps PHP's warnings for itself.
$catches = 'usr/share/phpmyadmin/libraries/classes/ErrorHandler.php';
$phpmyadmin->write($catches, preg_replace('~function handleError\(.*?\{~s', '$0 error_log($errstr);', file_get_contents(SymfonySite::target("packages/$catches"))));
$phpmyadmin->start();
$counters = fn (): array => json_decode(file_get_contents($phpmyadmin->url('counters.php')), true);
$browser = new Browser;

$browser->open($phpmyadmin->url());
$browser->type('#input_username', $clerk);
$browser->type('#input_password', 'clerk-secret');
$browser->click('#input_go');
$browser->await('#pma_navigation', $shop);
$cookies = $browser->cookies();
// Its page sends requests of its own.
$browser->open('about:blank');
$session->awaitNoConnection();

const PAGES = [
    'rows' => '/sql&table=fruit1',
    'rows of another table' => '/sql&table=fruit2',
    'rows, 50 on a page' => '/sql&table=fruit1&session_max_rows=50&pos=0',
    'rows, sorted' => '/sql&table=fruit1&pos=0&sql_query=SELECT+*+FROM+fruit1+ORDER+BY+price&is_browse_distinct=0',
    'structure of a table' => '/table/structure&table=fruit1',
    'search' => '/table/search&table=fruit1',
    'new row' => '/table/change&table=fruit1',
    'structure of the database' => '/database/structure',
    'databases' => '/server/databases',
];
$urls = array_map(fn ($page) => $phpmyadmin->url("index.php?db=$shop&route=$page"), PAGES);
/** Sends a request with the cookies of this browser. */
$begin = function (string $url) use ($cookies) {
    $parts = parse_url($url);
    $request = stream_socket_client("tcp://$parts[host]:$parts[port]");
    fwrite($request, "GET $parts[path]?$parts[query] HTTP/1.0\r\nHost: $parts[host]:$parts[port]\r\nCookie: " . implode('; ', array_map(fn ($name, $value) => "$name=$value", array_keys($cookies), $cookies)) . "\r\n\r\n");
    stream_set_blocking($request, false);
    return $request;
};
$refused = 0;
$merged = 0;
foreach ($urls as $first => $one) {
    foreach ($urls as $second => $other) {
        $before = $counters();
        // While the test has the row, nobody can write it.
        $server->query('BEGIN');
        $server->query("SELECT id FROM app.$session->table WHERE id = x'" . session_key($cookies['phpMyAdmin']) . "' FOR UPDATE");
        $requests = $answers = [];
        $answered = function () use (&$requests, &$answers): int {
            foreach ($requests as $which => $request) {
                $answers[$which] .= stream_get_contents($request);
            }
            return count(array_filter($requests, feof(...)));
        };
        foreach ([$one, $other] as $which => $url) {
            [$requests[], $answers[]] = [$begin($url), ''];
            // One that changes nothing has its answer at once.
            $session->awaitWaiters($which + 1, ended: $answered);
        }
        $server->query('ROLLBACK');
        Server::waitFor(fn () => $answered() === 2);
        same([true, true], array_map(fn ($answer) => str_contains($answer, 'pma_navigation') && str_contains($answer, 'fruit'), $answers), "$first, $second");
        $after = $counters();
        $refused += $refuses = $after['refused_conflict'] - $before['refused_conflict'];
        $merged += !$refuses && $after['merges'] > $before['merges'];
    }
}
preg_match_all('~another request has changed (\S+),~', $phpmyadmin->complaints(), $paths);
same($refused, count($paths[1]), 'reasons');
same(["\$_SESSION['sql_history']"], array_values(array_unique($paths[1])), 'the reason of each');
check($merged > 0, 'merged');
// A page writes more than once, so the order in which the two go on decides about one or two pairs.
check($refused <= 11, 'written', 81 - $refused);
echo "done\n";
?>
--EXPECT--
done
