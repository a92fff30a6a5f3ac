--TEST--
DokuWiki in a browser: login, several tabs at once, whose pages are all in the trace, an edited page, logout
--SKIPIF--
<?php
require __DIR__ . '/../inc/application.php';
Application::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/application.php';

const PAGES = ['apple', 'cherry', 'lemon', 'pear', 'plum'];

$session = new Session('advisory', ['rustsql.persistent' => '1']);
$wiki = new Application($session, 'usr/share/dokuwiki', ['etc/dokuwiki', 'var/lib/dokuwiki']);
$wiki->write('etc/dokuwiki/local.php', <<<'SETTINGS'
    <?php
    $conf['useacl'] = 1;
    $conf['updatecheck'] = 0;
    SETTINGS);
$wiki->write('etc/dokuwiki/users.auth.php', 'anna:' . password_hash('anna-secret', PASSWORD_BCRYPT, ['cost' => 4]) . ":Anna:anna@example.org:user\n");
$wiki->write('etc/dokuwiki/acl.auth.php', "*\t@ALL\t1\n*\t@user\t4\n");
foreach (PAGES as $name) {
    $wiki->write("var/lib/dokuwiki/data/pages/$name.txt", "====== " . ucfirst($name) . " ======\n\nA fruit.\n");
}
$wiki->start();
$page = fn (string $name, string $more = '') => $wiki->url("doku.php?id=$name$more");
$browser = new Browser;

$browser->open($page('apple'));
echo 'a guest sees: ', $browser->text('a[href*="do=login"]'), "\n";
$login = function () use ($browser, $page): void {
    $browser->open($page('apple', '&do=login'));
    $browser->type('#dw__login [name=u]', 'anna');
    $browser->type('#dw__login [name=p]', 'anna-secret');
    $browser->click('#dw__login [type=submit]');
    $browser->await('.user', 'Anna');
};
$login();
$user = $browser->cookies()['DokuWiki'];
echo $browser->text('.user'), ', stored: ', $wiki->row($user) ? 'yes' : 'no', "\n";

$seen = [];
foreach ($browser->newTabs(...array_map($page, PAGES)) as $tab) {
    $browser->tab($tab);
    $browser->await('.user');
    $seen[] = $browser->text('h1.sectionedit1') . ': ' . $browser->text('.user');
}
sort($seen);
echo implode("\n", $seen), "\n";
$browser->open($page('apple'));
$trace = $browser->run('return [...document.querySelectorAll(".breadcrumbs bdi a")].map(link => link.textContent)');
sort($trace);
echo 'the trace: ', implode(', ', $trace), "\n";

$browser->open($page('pear', '&do=edit'));
$browser->type('#wiki__text', "====== Pear ======\n\nA sweet fruit.\n");
$browser->click('#edbtn__save');
$browser->await('.page', 'sweet');
echo 'edited: ', $browser->text('.level1 p'), "\n";
$names = $browser->runAsync('return Promise.all(arguments[0].map(async url => (await (await fetch(url)).text()).includes("Anna")))', array_map(fn ($n) => $page('plum', "&n=$n"), range(1, 12)));
echo array_sum($names), " of 12 pages that were fetched at once show the name\n";

$browser->click('a[href*="do=logout"]');
$browser->await('a[href*="do=login"]');
echo 'logged out: ', $browser->count('.user'), " names on the page\n";
$browser->deleteCookies();
$browser->setCookie('DokuWiki', $user);
$browser->open($page('apple'));
echo 'the old session: ', $browser->count('.user') ? 'logged in' : 'a guest', "\n";
echo $wiki->complaints();

// A request that cannot have the session in time, and the next one.
$login();
$wiki->start(['rustsql.lock_timeout' => '0.1']);
$holder = $session->hold('', [], $user);
$browser->open($page('apple'));
echo 'while the session is locked: ', $browser->count('.user') ? 'logged in' : 'a guest';
$session->finish($holder);
$browser->open($page('apple'));
echo ', then: ', $browser->count('.user') ? 'logged in' : 'a guest', ', stored: ', $wiki->row($user) ? 'yes' : 'no', "\n";
?>
--EXPECT--
a guest sees: Log In
Logged in as: Anna (anna), stored: yes
Apple: Logged in as: Anna (anna)
Cherry: Logged in as: Anna (anna)
Lemon: Logged in as: Anna (anna)
Pear: Logged in as: Anna (anna)
Plum: Logged in as: Anna (anna)
the trace: apple, cherry, lemon, pear, plum
edited: A sweet fruit.
12 of 12 pages that were fetched at once show the name
logged out: 0 names on the page
the old session: a guest
while the session is locked: a guest, then: a guest, stored: yes
