--TEST--
phpMyAdmin in a browser with rustsql.lock=merge: pages of one login at once are merged, and none is refused without a listed reason
--SKIPIF--
<?php
require __DIR__ . '/../inc/application.php';
Application::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/application.php';

$session = new Session('merge');
$server = $session->server;
$shop = 'shop_' . getmypid();
$clerk = 'clerk_' . getmypid();
$server->query("CREATE DATABASE $shop");
$server->query("CREATE USER $clerk@'%' IDENTIFIED BY 'clerk-secret'");
$server->query("GRANT ALL ON $shop.* TO $clerk@'%'");
foreach (range(1, 6) as $n) {
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
$phpmyadmin->start();
$page = fn (int $n, string $query) => $phpmyadmin->url("index.php?db=$shop&table=fruit$n&route=$query");
$browser = new Browser;

$browser->open($phpmyadmin->url());
$browser->type('#input_username', $clerk);
$browser->type('#input_password', 'clerk-secret');
$browser->click('#input_go');
$browser->await('#pma_navigation', $shop);
$user = $browser->cookies();

foreach ($browser->newTabs(...array_map(fn ($n) => $page($n, '/sql'), range(1, 4))) as $tab) {
    $browser->tab($tab);
    $browser->await('.table_results');
}
$urls = [];
foreach (range(1, 6) as $n) {
    array_push($urls, $page($n, '/sql'), $page($n, '/table/structure'), $page($n, '/table/search'));
}
$fetch = 'return Promise.all(arguments[0].map(async url => (await (await fetch(url)).text()).includes("fruit")))';
$answers = $browser->runAsync($fetch, $urls);
echo array_sum($answers), ' of ', count($urls), " pages that were fetched at once show their table\n";

// Everything that a page remembers of its table is in the session.
$data = $session->server->query("SELECT data FROM app.$session->table WHERE id = x'" . session_key($user['phpMyAdmin']) . "'")[0]['data'];
$remembered = array_filter(range(1, 6), fn ($n) => str_contains($data, "fruit$n"));
echo 'the session remembers the tables ', implode(', ', $remembered), "\n";
echo $phpmyadmin->complaints();

$browser->open($page(1, '/sql'));
$browser->click('a[href*="logout"]');
$browser->await('#input_username');
echo 'logged out, the old session: ', $phpmyadmin->row($user['phpMyAdmin']) ? 'stored' : 'gone', "\n";
?>
--EXPECT--
