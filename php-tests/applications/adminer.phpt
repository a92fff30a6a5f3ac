--TEST--
Adminer in a browser: login, several tabs at once, a slow query that keeps no other tab waiting, a change, logout
--SKIPIF--
<?php
require __DIR__ . '/../inc/application.php';
Application::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/application.php';

$session = new Session('row', ['rustsql.persistent' => '1']);
$server = $session->server;
$shop = 'shop_' . getmypid();
$clerk = 'clerk_' . getmypid();
$server->query("CREATE DATABASE $shop");
$server->query("CREATE USER $clerk@'%' IDENTIFIED BY 'clerk-secret'");
$server->query("GRANT ALL ON $shop.* TO $clerk@'%'");
$server->query("CREATE TABLE $shop.fruit (name VARCHAR(20) PRIMARY KEY, price INT)");
$server->query("INSERT INTO $shop.fruit VALUES ('apple', 3), ('pear', 4)");

$adminer = new Application($session, 'etc/adminer', ['usr/share/adminer']);
$adminer->start();
$page = fn (string $query) => $adminer->url("conf.php?server=127.0.0.1:$server->port&username=$clerk&db=$shop$query");
$browser = new Browser;

$browser->open($adminer->url('conf.php'));
$guest = $browser->cookies()['adminer_sid'];
$browser->type('[name="auth[server]"]', "127.0.0.1:$server->port");
$browser->type('#username', $clerk);
$browser->type('[name="auth[password]"]', 'clerk-secret');
$browser->type('[name="auth[db]"]', $shop);
$browser->click('[type=submit][value=Login]');
$browser->await('#content', 'fruit');
$user = $browser->cookies()['adminer_sid'];
echo 'logged in: ', $browser->text('#tables'), ', with a new id: ', $user !== $guest ? 'yes' : 'no', ', stored: ', $adminer->row($user) ? 'yes' : 'no', "\n";

$first = $browser->tabs()[0];
$seen = [];
foreach ($browser->newTabs(...array_map(fn ($n) => $page("&select=fruit&limit=$n"), range(1, 4))) as $tab) {
    $browser->tab($tab);
    $browser->await('#table');
    $seen[] = 'a tab shows ' . preg_replace('~\s+~', ' ', trim($browser->text('#table tbody')));
}
sort($seen);
echo implode("\n", $seen), "\n";

// A query waits for a lock that the test has. It runs in a tab of its own.
$server->query("DO GET_LOCK('$shop', 60)");
$browser->tab($first);
$browser->open($page('&sql='));
$before = $browser->tabs();
$browser->run('const form = document.querySelector("#form"); form.target = "_blank"; form.query.value = arguments[0]; form.query.form.submit()', "SELECT GET_LOCK('$shop', 100) AS had");
Server::waitFor(fn () => preg_grep('~^User lock$~i', array_column(array_filter($server->query('SHOW PROCESSLIST'), fn ($row) => $row['User'] === $clerk), 'State')));
$browser->open($page('&edit=fruit&where[name]=apple'));
$browser->type('[name="fields[price]"]', '5');
$browser->click('[type=submit][value=Save]');
$browser->await('.message');
echo 'while a query waits in another tab: ', strtok($browser->text('.message'), '.'), ', the price is ', $server->query("SELECT price FROM $shop.fruit WHERE name = 'apple'")[0]['price'], "\n";
$server->query("DO RELEASE_LOCK('$shop')");
$browser->tab([...array_diff($browser->tabs(), $before)][0]);
$browser->await('#content table', 'had');
echo 'that query: ', preg_replace('~\s+~', ' ', $browser->text('#content table')), "\n";

echo $adminer->complaints();

// A request that cannot have the session in time, and the next one.
$adminer->start(['rustsql.lock_timeout' => '0']);
$holder = $session->hold('', [], $user);
$browser->open($page('&select=fruit'));
echo 'while the session is locked: ', $browser->count('[name="auth[password]"]') ? 'asks for the password' : $browser->page(), "\n";
$session->finish($holder);
$browser->open($page('&select=fruit'));
$browser->await('#table');

$browser->click('#logout');
$browser->await('.message');
echo $browser->text('.message'), "\n";
foreach (['from before the logout' => $user, 'from before the login' => $guest] as $which => $cookie) {
    $browser->deleteCookies();
    $browser->setCookie('adminer_sid', $cookie, '/conf.php');
    $browser->open($page('&select=fruit'));
    echo "the cookie $which: ", $browser->count('[name="auth[password]"]') ? 'asks for the password' : $browser->page(), "\n";
}
?>
--EXPECT--
logged in: select fruit, with a new id: yes, stored: yes
a tab shows edit apple 3
a tab shows edit apple 3 edit pear 4
a tab shows edit apple 3 edit pear 4
a tab shows edit apple 3 edit pear 4
while a query waits in another tab: Item has been updated, the price is 5
that query: had 1
while the session is locked: asks for the password
Logout successful. Thanks for using Adminer, consider donating.
the cookie from before the logout: asks for the password
the cookie from before the login: asks for the password
