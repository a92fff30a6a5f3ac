--TEST--
What merging cannot see: a counter, a token that may be used once, a total beside its items, a late key of the former user
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

/** Two requests that overlap: both have read before either writes, and the first writes first. */
function both(array $before, string $first, string $second): string
{
    $session = new Session('merge');
    $session->run('session_start(); $_SESSION = ' . var_export($before, true) . ';');
    $requests = array_map(fn ($code) => $session->start("session_start(); pause('read'); $code"), [$first, $second]);
    array_map(fn ($request) => $request->readLine(), $requests);
    $said = implode('', array_map(fn ($request) => $session->finish($request), $requests));
    return $said . $session->stored();
}

echo "A counter: ", both(['n' => 0], '$_SESSION["n"]++;', '$_SESSION["n"]++;'), "\n";
$use = 'if ($_SESSION["token"] ?? 0) { unset($_SESSION["token"]); echo "used\n"; }';
echo "A token:\n", both(['token' => 'x', 'user' => 1], $use, $use), "\n";
$add = '$_SESSION["cart"]["%s"] = %d; $_SESSION["total"] = array_sum($_SESSION["cart"]);';
echo "A total: ", both(['cart' => ['book' => 5], 'total' => 5], sprintf($add, 'pen', 1), sprintf($add, 'ink', 1)), "\n";
echo "A late key: ", both(['user' => 'guest'], '$_SESSION = ["user" => "alice"];', '$_SESSION["seen"] = "by guest";'), "\n";
echo "A late key, with a new id: ", both(['user' => 'guest'], '$_SESSION = ["user" => "alice"]; session_regenerate_id(true);', '$_SESSION["seen"] = "by guest";'), "\n";
?>
--EXPECT--
A counter: n|i:1;
A token:
used
used
user|i:1;
A total: cart|a:3:{s:4:"book";i:5;s:3:"pen";i:1;s:3:"ink";i:1;}total|i:6;
A late key: user|s:5:"alice";seen|s:8:"by guest";
A late key, with a new id: Warning: rustsql: the session was not written: another request has destroyed it since it was read
