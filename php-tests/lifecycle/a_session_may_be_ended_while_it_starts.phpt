--TEST--
A session that the script destroys during its start is destroyed; data that PHP cannot decode, and would destroy, stays
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

// A handler that ends the session in one of its functions.
$in = fn (string $method) => "session_set_save_handler(new class extends SessionHandler {
    function read(\$id): string|false { " . (['read' => 'parent::destroy($id); return parent::read($id);',
        'after read' => 'parent::read($id); $this->destroy($id); return "";'][$method] ?? 'return parent::read($id);') . " }
    function validateId(\$id): bool { " . ($method === 'validateId' ? 'parent::destroy($id); return false;' : 'return true;') . " }
    function gc(int \$max): int|false { " . ($method === 'gc' ? 'parent::destroy(session_id());' : '') . " return 0; }
});";
$handler = '$h = new SessionHandler; session_set_save_handler($h);';
$start = 'session_start(); session_abort();';

$ended = [
    'read()' => [$in('read') . $start],
    'read(), behind parent::read()' => [$in('after read') . $start],
    'validateId()' => [$in('validateId') . $start, ['session.use_strict_mode' => '1']],
    'gc()' => [$in('gc') . $start, ['session.gc_probability' => '1', 'session.gc_divisor' => '1']],
    'read() in session_reset()' => ['session_set_save_handler($h = new class extends SessionHandler {
        public $ends = false;
        function read($id): string|false { $this->ends && parent::destroy($id); return parent::read($id); }
    }); session_start(); $h->ends = true; session_reset(); session_abort();'],
    'an autoloader' => ["$handler spl_autoload_register(fn (\$class) => \$h->destroy(session_id())); $start"],
    'an autoloader, session_destroy()' => ["spl_autoload_register(fn () => session_destroy()); $start"],
    'an autoloader behind a wrapper, session_destroy()' => ["$handler spl_autoload_register(fn () => session_destroy()); $start"],
    'an error handler' => ["$handler set_error_handler(fn () => \$h->destroy(session_id())); class Missing { function __wakeup() { echo \$undefined; } } $start"],
    '__wakeup()' => ["$handler class Missing { function __wakeup() { \$GLOBALS['h']->destroy(session_id()); } } $start"],
    'the middle of the request' => ["$handler session_start(); \$h->destroy(session_id()); session_abort();"],
    'write()' => ['session_set_save_handler(new class extends SessionHandler {
        function write($id, $data): bool { return parent::destroy($id); }
    }); session_start(); session_write_close();'],
    'write() at the end' => ['session_set_save_handler(new class extends SessionHandler {
        function write($id, $data): bool { return parent::destroy($id); }
    }); session_start();'],
    'a shutdown function' => ["$handler session_start(); register_shutdown_function([\$h, 'destroy'], session_id());
        register_shutdown_function(session_abort(...));"],
    'session_regenerate_id(true)' => ["$handler session_start(); session_regenerate_id(true); session_abort();"],
];
$proxy = 'class Proxy extends SessionHandler {
    function open($p, $n): bool { return parent::open($p, $n); } function close(): bool { return parent::close(); }
    function read($id): string|false { $id = "x" . $id; return parent::read(substr($id, 1)); }
    function destroy($id): bool { return parent::destroy($id); }
}';
$kept = [
    'without a wrapper' => '',
    'SessionHandler' => $handler,
    'a class of its own' => "$proxy session_set_save_handler(new Proxy);",
    'one around another' => "$proxy class Outer implements SessionHandlerInterface {
        function __construct(private \$h) {} function open(\$p, \$n): bool { return \$this->h->open(\$p, \$n); }
        function close(): bool { return \$this->h->close(); } function read(\$id): string|false { return \$this->h->read(\$id); }
        function write(\$id, \$d): bool { return \$this->h->write(\$id, \$d); } function gc(\$max): int|false { return 0; }
        function destroy(\$id): bool { return \$this->h->destroy(\$id); }
    } session_set_save_handler(new Outer(new Proxy));",
    'functions' => '$h = new SessionHandler; session_set_save_handler(fn ($p, $n) => $h->open($p, $n), fn () => $h->close(), fn ($id) => $h->read($id),
        fn ($id, $d) => $h->write($id, $d), fn ($id) => $h->destroy($id), fn ($max) => 0);',
];
$garbage = 'a|i:1;b|s:10:"abc';
$object = 'o|O:7:"Missing":0:{}';
$heavy = 'o|O:5:"Heavy":0:{}';
$quiet = ['display_errors' => '0', 'session.use_strict_mode' => '0', 'error_reporting' => (string) (E_ALL & ~E_DEPRECATED)];
foreach (LOCKS as $lock) {
    $session = new Session($lock, $quiet);
    $session->run('session_start(); $_SESSION["a"] = 1;');
    $put = fn (string $data) => $session->server->query("REPLACE INTO app.$session->table (id, version, expires, created, used, format, data)
        VALUES (x'" . session_key($session->id) . "', 1 << 40, UNIX_TIMESTAMP() + 10000, 5, 5, 0, x'" . bin2hex($data) . "')");
    foreach ($ended as $what => $case) {
        $put($object);
        $out = $session->run($case[0], ($case[1] ?? []) + ['display_errors' => '1']);
        $out === '' || str_contains($out, 'rustsql') && print("$lock, ended in $what: $out");
        $session->stored() === null || print("$lock, ended in $what: is still there\n");
    }
    foreach ($kept as $what => $code) {
        $put($garbage);
        $session->run("$code session_start(); \$_SESSION['a'] = 2;");
        $session->stored() === $garbage || print("$lock, undecodable, $what: " . var_export($session->stored(), true) . "\n");
        $put('a|i:1;');
        $session->run("$code session_start(); session_decode('b|i:'); \$_SESSION['a'] = 2;");
        $session->stored() === 'a|i:1;' || print("$lock, session_decode(), $what: " . var_export($session->stored(), true) . "\n");
        // The memory is used up while PHP decodes.
        $put($heavy);
        $session->run("class Heavy { function __wakeup() { str_repeat('x', 1 << 30); } } $code session_start(); \$_SESSION['a'] = 2;");
        $session->stored() === $heavy || print("$lock, fatal error, $what: " . var_export($session->stored(), true) . "\n");
    }
}
echo "done\n";
?>
--EXPECT--
done
