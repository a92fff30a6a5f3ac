--TEST--
A wrapping handler may write a session twice, also large data after a write that has merged
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';

const WRAPPER = 'class Twice extends SessionHandler {
    public function write(string $id, string $data): bool {
        return parent::write($id, $data) && parent::write($id, $data . "log|" . serialize(str_repeat("x", SIZE)));
    }
}
session_set_save_handler(new Twice);';
foreach ([100, 100_000] as $size) {
    foreach (['0', '1'] as $persistent) {
        // The other request has changed the same, or something else.
        foreach (['$_SESSION["n"] = 2;' => ['n'], '$_SESSION["m"] = 2;' => ['m', 'n']] as $other => $keys) {
            $case = "$size bytes, persistent=$persistent, $other";
            $session = new Session('merge', ['rustsql.persistent' => $persistent]);
            $session->run('session_start(); $_SESSION = ["n" => 1];');
            $request = $session->start("const SIZE = $size; " . WRAPPER . ' session_start(); pause("read"); $_SESSION["n"] = 2;');
            $request->readLine();
            same('', $session->run("session_start(); $other"), $case);
            same('', $session->finish($request), $case);
            $is = json_decode($session->run('session_start(["read_and_close" => true]); ksort($_SESSION); echo json_encode($_SESSION);'), true);
            same(['log' => str_repeat('x', $size)] + array_fill_keys($keys, 2), $is, $case);
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
