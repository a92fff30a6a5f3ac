--TEST--
rustsql.store_empty=0 does not store a new session without variables, whatever its serializer makes of none
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// Debian's packages, unpacked for the tests.
$modules = dirname(__DIR__, 2) . '/target/packages' . ini_get('extension_dir');
$handlers = ['php' => [], 'php_binary' => [], 'php_serialize' => []];
foreach (['igbinary', 'msgpack'] as $name) {
    if (is_file("$modules/$name.so")) {
        $handlers[$name] = ['extension' => ["$modules/$name.so"]];
    }
}
/** What a wrapper writes instead of what PHP hands to it. */
const WRAPPERS = [
    'native' => '',
    'wrapped' => 'session_set_save_handler(new SessionHandler, true);',
    'a wrapper with bytes of its own' => 'session_set_save_handler(new class extends SessionHandler {
        public function write(string $id, string $data): bool { return parent::write($id, "own:" . $data); }
        public function read(string $id): string|false { return substr(parent::read($id), 4); }
    }, true);',
];
foreach (LOCKS as $lock) {
    foreach ($handlers as $serializer => $ini) {
        foreach (WRAPPERS as $how => $wrap) {
            $case = "$lock, $serializer, $how";
            $session = new Session($lock, $ini + ['session.serialize_handler' => $serializer, 'rustsql.store_empty' => '0']);
            $own = str_starts_with($how, 'a wrapper');
            $is = function (string $what, bool $stored, string $code) use ($session, $case, $wrap) {
                $printed = $session->run("$wrap $code");
                $row = $session->row();
                if ($printed !== '' || ($row !== null) !== $stored) {
                    echo "$case, $what: ", $row ? "stored '$row[data]'" : 'not stored', ", printed: $printed\n";
                }
            };
            // Bytes that PHP did not make may say something, although there are no variables.
            $is('empty', $own, 'session_start();');
            if (!$own) {
                $is('emptied again', false, 'session_start(); $_SESSION["a"] = 1; unset($_SESSION["a"]);');
                $is('closed by the script', false, 'session_start(); session_write_close();');
                $is('its id changed', false, 'session_start(); session_regenerate_id(); $_SESSION = [];');
                $is('read without a lock', false, 'session_start(["read_and_close" => true]);');
            }
            $is('with a variable', true, 'session_start(); $_SESSION["a"] = 0;');
            $is('emptied', true, 'session_start(); echo $_SESSION === ["a" => 0] ? "" : "lost"; $_SESSION = [];');
            $is('still empty', true, 'session_start(); echo $_SESSION === [] ? "" : "not empty";');
        }
    }
}
echo "done\n";
--EXPECT--
done
