--TEST--
A shop without a framework: pairs of requests that overlap are merged, or refused by their reasons
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

/** `$own`: a number of this request. */
const ACTIONS = [
    'shows a page' => '',
    'notes the last page' => '$_SESSION["last_page"] = "/page$own";',
    'notes the last request' => '$_SESSION["seen"] = time();',
    'puts an article into the cart' => '$_SESSION["cart"]["sku$own"] = ["name" => "Article $own", "quantity" => 1];',
    'changes a quantity' => '$_SESSION["cart"]["book"]["quantity"] += $own;',
    'takes an article out of the cart' => 'unset($_SESSION["cart"]["pen"]);',
    'chooses a language' => '$_SESSION["settings"]["language"] = "de";',
    'chooses a currency' => '$_SESSION["settings"]["currency"] = "EUR";',
    'adds a flash' => '$_SESSION["flashes"]["flash$own"] = "Message $own";',
    'shows the flashes' => '$_SESSION["flashes"] = [];',
    'adds to a list' => '$_SESSION["viewed"][] = "article $own";',
];
const START = ['cart' => ['book' => ['name' => 'Book', 'quantity' => 1], 'pen' => ['name' => 'Pen', 'quantity' => 2]],
    'settings' => ['language' => 'en', 'currency' => 'USD'], 'flashes' => ['old' => 'Welcome'], 'viewed' => ['article 9']];

$session = new Session('merge');
$begin = 'session_start();';
$refused = [];
$merged = 0;
foreach (ACTIONS as $first => $does) {
    foreach (ACTIONS as $second => $then) {
        $id = 'pair-' . md5("$first $second");
        same('', $session->finish($session->start("$begin \$_SESSION = " . var_export(START, true) . ';', [], $id)), "$first, $second: begin");
        $requests = [];
        foreach ([1 => $does, 2 => $then] as $own => $code) {
            $requests[$own] = $request = $session->start("$begin pause('read'); \$own = $own; $code", [], $id);
            same('read', $request->readLine(), "$first, $second: $own");
        }
        same('', $session->finish($requests[1]), "$first, $second: the first");
        $said = $session->finish($requests[2]);
        if ($said === '') {
            $merged++;
        } else {
            $refused[] = "$second, after one that $first: " . preg_replace('~.*another request has changed (.*?),.*\n~', "\$1\n", $said);
        }
    }
}
echo "$merged of ", count(ACTIONS) ** 2, "\n", implode($refused);
?>
--EXPECT--
118 of 121
notes the last page, after one that notes the last page: $_SESSION['last_page']
changes a quantity, after one that changes a quantity: $_SESSION['cart']['book']
adds to a list, after one that adds to a list: $_SESSION['viewed']
