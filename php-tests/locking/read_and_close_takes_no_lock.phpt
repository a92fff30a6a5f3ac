--TEST--
A read_and_close start reads while another request holds the session, in every form that PHP takes it in
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// From 8.5 on what is no number is a TypeError.
const TWO = PHP_VERSION_ID < 80500 ? '2x' : '2';
const YES = PHP_VERSION_ID < 80500 ? 'yes' : '0';
const FORMS = [
    'true' => 'session_start(["read_and_close" => true])',
    '1' => 'session_start(["read_and_close" => 1])',
    '"1"' => 'session_start(["read_and_close" => "1"])',
    '"2x"' => '@session_start(["read_and_close" => "' . TWO . '"])',
    'named argument' => 'session_start(options: ["read_and_close" => true])',
    'unpacked' => 'session_start(...[["read_and_close" => true]])',
    'call_user_func' => 'call_user_func("session_start", ["read_and_close" => true])',
    'call_user_func_array' => 'call_user_func_array("session_start", ["options" => ["read_and_close" => true]])',
    'first-class callable' => '(session_start(...))(["read_and_close" => true])',
    'array_map' => 'array_map("session_start", [["read_and_close" => true]])[0]',
    'Fiber' => '(function () { $fiber = new Fiber("session_start"); $fiber->start(["read_and_close" => true]); return $fiber->getReturn(); })()',
    'reference' => '(function () { $options = ["read_and_close" => true]; $same = &$options; return session_start($same); })()',
    '"yes"' => '@session_start(["read_and_close" => "' . YES . '"])',
    'false' => '@session_start(["read_and_close" => false])',
    'no option' => '@session_start([])',
    'SessionHandler' => 'session_set_save_handler(new SessionHandler) && session_start(["read_and_close" => true])',
    'subclass of SessionHandler' => '
        session_set_save_handler(new class extends SessionHandler {
            function read($id): string|false { return parent::read($id); }
        }) && session_start(["read_and_close" => true])',
];
foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '0']);
    $session->run('session_start(); $_SESSION["n"] = 1;');
    $holder = $session->hold('$_SESSION["n"] = 2;');
    $code = 'ob_start(); ';
    foreach (FORMS as $name => $form) {
        $code .= "\$_SESSION = []; echo var_export($form, true), ' ', \$_SESSION['n'] ?? 'nothing', PHP_EOL; session_abort();
            session_id('$session->id');";
    }
    $read[$lock] = explode("\n", trim($session->run($code)));
    echo "$lock: the holder ends", $session->finish($holder), ' with ', $session->stored(), "\n";
}
foreach (array_keys(FORMS) as $i => $name) {
    echo "$name: {$read['advisory'][$i]}", $read['row'][$i] === $read['advisory'][$i] ? '' : ", row {$read['row'][$i]}", "\n";
}
?>
--EXPECT--
advisory: the holder ends with n|i:2;
row: the holder ends with n|i:2;
true: true 1
1: true 1
"1": true 1
"2x": true 1
named argument: true 1
unpacked: true 1
call_user_func: true 1
call_user_func_array: true 1
first-class callable: true 1
array_map: true 1
Fiber: true 1
reference: true 1
"yes": false nothing
false: false nothing
no option: false nothing
SessionHandler: true 1
subclass of SessionHandler: true 1
