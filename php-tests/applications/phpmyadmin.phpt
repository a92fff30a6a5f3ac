--TEST--
phpMyAdmin in a browser: login, several tabs at once, a change, and a logout after which the old cookies are worth nothing
--SKIPIF--
<?php
require __DIR__ . '/../inc/application.php';
Application::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/application.php';

$session = new Session('advisory');
$server = $session->server;
$shop = 'shop_' . getmypid();
$clerk = 'clerk_' . getmypid();
$server->query("CREATE DATABASE $shop");
$server->query("CREATE USER $clerk@'%' IDENTIFIED BY 'clerk-secret'");
$server->query("GRANT ALL ON $shop.* TO $clerk@'%'");
$server->query("CREATE TABLE $shop.fruit (name VARCHAR(20) PRIMARY KEY, price INT)");
$server->query("INSERT INTO $shop.fruit VALUES ('apple', 3), ('pear', 4)");

$phpmyadmin = new Application($session, 'usr/share/phpmyadmin', ['etc/phpmyadmin', 'var/lib/phpmyadmin']);
$settings = <<<'SETTINGS'
    <?php
    $cfg['blowfish_secret'] = '0123456789abcdef0123456789abcdef';
    $cfg['Servers'][1] = ['auth_type' => 'cookie', 'host' => '127.0.0.1', 'port' => '%d'];

    SETTINGS;
$phpmyadmin->write('etc/phpmyadmin/conf.d/test.php', $settings = sprintf($settings, $server->port));
$phpmyadmin->start();
$page = fn (string $query) => $phpmyadmin->url("index.php?db=$shop&table=fruit&route=$query");
$browser = new Browser;

$browser->open($phpmyadmin->url());
$guest = $browser->cookies()['phpMyAdmin'];
$browser->type('#input_username', $clerk);
$browser->type('#input_password', 'clerk-secret');
$browser->click('#input_go');
$browser->await('#pma_navigation', $shop);
$user = $browser->cookies();
echo 'logged in, with a new id: ', $user['phpMyAdmin'] !== $guest ? 'yes' : 'no', ', stored: ', $phpmyadmin->row($user['phpMyAdmin']) ? 'yes' : 'no',
    ', the old one: ', $phpmyadmin->row($guest) ? 'yes' : 'no', "\n";

$seen = [];
foreach ($browser->newTabs(...array_map(fn ($n) => $page("/sql&session_max_rows=$n"), range(1, 4))) as $tab) {
    $browser->tab($tab);
    $browser->await('.table_results');
    $seen[] = 'a tab shows ' . implode(', ', $browser->run('return [...document.querySelectorAll(".table_results td.data")].map(cell => cell.textContent.trim())'));
}
sort($seen);
echo implode("\n", $seen), "\n";

$browser->open($page('/sql'));
$browser->click('.table_results .edit_row_anchor a');
$browser->type('#field_2_3', '5');
$browser->click('#buttonYes');
$browser->await('.alert-success');
echo trim(strtok($browser->text('.alert-success'), "\n")), ', the price is ', $server->query("SELECT price FROM $shop.fruit WHERE name = 'apple'")[0]['price'], "\n";
$answers = $browser->runAsync('return Promise.all(arguments[0].map(async url => (await (await fetch(url)).text()).includes("pear")))', array_map(fn ($n) => $page("/sql&session_max_rows=25&pos=0&n=$n"), range(1, 12)));
echo array_sum($answers), " of 12 pages that were fetched at once show the table\n";

echo $phpmyadmin->complaints();

// A request that cannot have the session in time.
$phpmyadmin->start(['rustsql.lock_timeout' => '0.1']);
$holder = $session->hold('', [], $user['phpMyAdmin']);
$browser->open($page('/sql'));
echo 'while the session is locked: ', preg_match('~(Error during session start);.*(rustsql: the session is locked)~s', $browser->text('body'), $error) ? "$error[1], $error[2]" : $browser->page(), ', session cookies left: ', count(array_intersect_key($browser->cookies(), ['phpMyAdmin' => 1])),
    ', stored: ', $phpmyadmin->row($user['phpMyAdmin']) ? 'yes' : 'no', "\n";
$session->finish($holder);
$browser->setCookie('phpMyAdmin', $user['phpMyAdmin']);
$phpmyadmin->start();
$browser->open($page('/sql'));
$browser->await('.table_results');

$browser->click('a[href*="logout"]');
$browser->await('#input_username');
echo 'logged out, the old session: ', $phpmyadmin->row($user['phpMyAdmin']) ? 'stored' : 'gone', "\n";
$browser->deleteCookies();
foreach ($user as $name => $value) {
    $browser->setCookie($name, $value);
}
$browser->open($page('/sql'));
echo 'the old cookies: ', $browser->count('#input_password') ? 'asks for the password' : $browser->page(), "\n";

// The one setting that takes the sessions away.
$rows = fn () => (int) $server->query("SELECT COUNT(*) n FROM app.$session->table")[0]['n'];
$before = $rows();
file_get_contents($phpmyadmin->url());
$with = $rows();
$phpmyadmin->write('etc/phpmyadmin/conf.d/test.php', $settings . '$cfg["SessionSavePath"] = sys_get_temp_dir();');
file_get_contents($phpmyadmin->url());
echo 'sessions stored by a new visitor: ', $with - $before, ', with SessionSavePath: ', $rows() - $with, "\n";
?>
--EXPECT--
logged in, with a new id: yes, stored: yes, the old one: no
a tab shows apple, 3
a tab shows apple, 3, pear, 4
a tab shows apple, 3, pear, 4
a tab shows apple, 3, pear, 4
1 row affected., the price is 5
12 of 12 pages that were fetched at once show the table
while the session is locked: Error during session start, rustsql: the session is locked, session cookies left: 0, stored: yes
logged out, the old session: gone
the old cookies: asks for the password
sessions stored by a new visitor: 1, with SessionSavePath: 0
