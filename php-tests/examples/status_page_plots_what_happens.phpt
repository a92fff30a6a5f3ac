--TEST--
examples/status.php plots what happens on this web host
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
file_put_contents("$pages/page.php", '<?php session_id("abc"); session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;');
copy(dirname(__DIR__, 2) . '/examples/status.php', "$pages/status.php");
$session = new Session('advisory');
$host = new BuiltInServer($session, [], 3, $pages);
$browser = new Browser;
$browser->size(1100, 800);
$browser->open($host->url('status.php'));
$browser->until('the table', fn () => $browser->count('tr[data-name=opens]') === 1);
for ($i = 0; $i < 25; $i++) {
    file_get_contents($host->url('page.php'));
}
$browser->await('tr[data-name=opens]', '25');
echo $browser->text('tr[data-name=writes]'), "\n";
echo $browser->count('figure'), " plots\n";
$browser->until('a plot that has risen', fn () => $browser->run('return [...document.querySelectorAll("polyline")].some(line => new Set(line.getAttribute("points").split(" ").map(point => point.split(",")[1])).size > 1)'));
if (getenv('PICTURE')) {
    $browser->screenshot(getenv('PICTURE'));
}
// The database is gone: the page goes on, since it asks no server.
echo 'problem: ', $browser->run('return document.querySelector("#problem").hidden') ? 'none' : 'shown', "\n";
$browser->quit();
array_map(unlink(...), glob("$pages/*"));
rmdir($pages);
?>
--EXPECT--
writes 25
7 plots
problem: none
