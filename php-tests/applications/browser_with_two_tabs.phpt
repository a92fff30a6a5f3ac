--TEST--
A browser opens a page in several tabs at once: they share a session, whose counter has each of them
--SKIPIF--
<?php
require __DIR__ . '/../inc/browser.php';
Browser::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/browser.php';
require __DIR__ . '/../inc/built_in_server.php';

$pages = sys_get_temp_dir() . '/rustsql-pages-' . getmypid();
mkdir($pages);
file_put_contents("$pages/counter.php", <<<'PAGE'
    <?php
    session_start();
    $_SESSION['name'] = $_POST['name'] ?? $_SESSION['name'] ?? 'nobody';
    $_SESSION['views'] = ($_SESSION['views'] ?? 0) + 1;
    ?>
    <title>Counter</title>
    <p id="views">view <?= $_SESSION['views'] ?> of <?= $_SESSION['name'] ?></p>
    <form method="post"><input name="name"><button>Save</button></form>
    PAGE);
$session = new Session('advisory', ['session.use_cookies' => '1', 'session.use_strict_mode' => '1']);
$host = new BuiltInServer($session, [], 3, $pages);
$browser = new Browser;

$browser->open($host->url('counter.php'));
$first = $browser->tabs()[0];
echo $browser->text('#views'), "\n";
$browser->newTab($host->url('counter.php'));
echo $browser->text('#views'), "\n";
$browser->type('input', 'Anna');
$browser->click('button');
$browser->await('#views', 'Anna');
echo $browser->text('#views'), "\n";

// All at once, in any order.
$views = [];
foreach ($browser->newTabs(...array_map(fn ($n) => $host->url("counter.php?$n"), range(1, 5))) as $tab) {
    $browser->tab($tab);
    $views[] = $browser->text('#views');
}
sort($views);
echo implode("\n", $views), "\n";

$browser->tab($first);
echo 'the first tab still shows ', $browser->text('#views'), "\n";
echo 'fetched: ', $browser->runAsync('return (await (await fetch(arguments[0])).text()).match(/view .*? of/)[0]', $host->url('counter.php')), "\n";
$browser->screenshot($picture = "$pages/picture.png");
echo 'picture: ', getimagesize($picture)['mime'], "\n";

$cookies = $browser->cookies();
echo 'sessions stored: ', $session->server->query("SELECT COUNT(*) n FROM app.$session->table")[0]['n'], "\n";
$browser->deleteCookies();
$browser->reload();
echo 'without the cookie: ', $browser->text('#views'), "\n";
$browser->deleteCookies();
$browser->setCookie('PHPSESSID', $cookies['PHPSESSID']);
$browser->reload();
echo 'with it again: ', $browser->text('#views'), "\n";

$browser->quit();
array_map(unlink(...), glob("$pages/*"));
rmdir($pages);
?>
--EXPECT--
view 1 of nobody
view 2 of nobody
view 3 of Anna
view 4 of Anna
view 5 of Anna
view 6 of Anna
view 7 of Anna
view 8 of Anna
the first tab still shows view 1 of nobody
fetched: view 9 of
picture: image/png
sessions stored: 1
without the cookie: view 1 of nobody
with it again: view 10 of Anna
