--TEST--
Of 81 pairs of Symfony requests that overlap, 76 are merged, and the others are refused by their reasons
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/symfony.php';

/** `$it`: Symfony's session; `$own`: a number of this request. */
const ACTIONS = [
    'shows a page' => '',
    'chooses a theme' => '$it->set("theme", "dark");',
    'counts' => '$it->set("count", $it->get("count", 0) + 1);',
    'puts something into the cart' => '$it->set("cart", $it->get("cart") + ["item $own" => $own]);',
    'takes something out of the cart' => '$it->set("cart", array_diff_key($it->get("cart"), ["book" => 1]));',
    'adds a message' => '$it->getFlashBag()->add("notice", "message $own");',
    'shows the messages' => '$it->getFlashBag()->get("notice");',
    'makes a form token' => '$it->set("_csrf/form$own", bin2hex(random_bytes(8)));',
    'remembers where to go after the login' => '$it->set("_security.main.target_path", "/page$own");',
];
const START = <<<'PHP'
    set_include_path('%s');
    require 'Symfony/Component/HttpFoundation/autoload.php';
    $it = new Symfony\Component\HttpFoundation\Session\Session(new Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage(['use_cookies' => 0, 'use_strict_mode' => 0]));
    $it->start();
    PHP;

$session = new Session('merge', ['session.save_path' => '']);
$start = sprintf(START, SymfonySite::library('6.4'));
$refused = [];
$merged = 0;
foreach (ACTIONS as $first => $does) {
    foreach (ACTIONS as $second => $then) {
        $id = 'pair-' . md5("$first $second");
        $begun = $session->start("$start \$it->set('cart', ['book' => 1, 'pen' => 2]); \$it->getFlashBag()->add('notice', 'Welcome'); \$it->save();", [], $id);
        same('', $session->finish($begun), "$first, $second: begin");
        $requests = [];
        foreach ([1 => $does, 2 => $then] as $own => $code) {
            $requests[$own] = $request = $session->start("$start pause('read'); \$own = $own; $code \$it->save();", [], $id);
            same('read', $request->readLine(), "$first, $second: $own");
        }
        same('', $session->finish($requests[1]), "$first, $second: the first");
        $said = $session->finish($requests[2]);
        if ($said === '') {
            $merged++;
        } else {
            $refused[] = "$second, after one that $first: " . preg_replace('~ in /.*~', '', $said);
        }
    }
}
echo "$merged\n", implode($refused);
?>
--EXPECT--
76
puts something into the cart, after one that puts something into the cart: Warning: rustsql: the session was not written: another request has changed $_SESSION['_sf2_attributes']['cart'], too, since it was read (rustsql.merge_conflict=refuse); the stored data stays
takes something out of the cart, after one that puts something into the cart: Warning: rustsql: the session was not written: another request has changed $_SESSION['_sf2_attributes']['cart'], too, since it was read (rustsql.merge_conflict=refuse); the stored data stays
puts something into the cart, after one that takes something out of the cart: Warning: rustsql: the session was not written: another request has changed $_SESSION['_sf2_attributes']['cart'], too, since it was read (rustsql.merge_conflict=refuse); the stored data stays
adds a message, after one that adds a message: Warning: rustsql: the session was not written: another request has changed $_SESSION['_symfony_flashes']['notice'], too, since it was read (rustsql.merge_conflict=refuse); the stored data stays
remembers where to go after the login, after one that remembers where to go after the login: Warning: rustsql: the session was not written: another request has changed $_SESSION['_sf2_attributes']['_security.main.target_path'], too, since it was read (rustsql.merge_conflict=refuse); the stored data stays
