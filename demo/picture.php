<?php
/* Makes docs/demo.png: the page after some of its buttons. Run by tools/demo --picture. */
declare(strict_types=1);

require __DIR__ . '/../php-tests/inc/demo.php';

$demo = new Demo('only');
foreach (['#many', '#restart', '#host-B button', '#host-B button', '#kill-holder'] as $button) {
    echo $demo->press($button), "\n";
}
$browser = $demo->browser;
$browser->run('document.documentElement.style = "overflow: hidden; scrollbar-gutter: auto"; document.activeElement.blur()');
$browser->size(1080, 2000);
$browser->size(1080, $browser->run('return Math.ceil(document.querySelector(".requests").getBoundingClientRect().bottom) + 20 + outerHeight - innerHeight'));
$browser->screenshot(__DIR__ . '/../docs/demo.png');
