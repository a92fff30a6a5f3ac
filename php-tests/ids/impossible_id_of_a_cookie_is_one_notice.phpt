--TEST--
A cookie with an invalid id causes at most one notice per request; strict mode replaces the id, but not behind a wrapping handler
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

// As Symfony's proxy: strict mode cannot ask through it. This one asks by reading.
const WRAPPER = <<<'PHP'
    final class Proxy implements SessionHandlerInterface, SessionUpdateTimestampHandlerInterface
    {
        public function __construct(private SessionHandler $inner) {}
        public function open($path, $name): bool { return $this->inner->open($path, $name); }
        public function close(): bool { return $this->inner->close(); }
        public function read($id): string|false { return TOLERANT ? (string) $this->inner->read($id) : $this->inner->read($id); }
        public function write($id, $data): bool { return $this->inner->write($id, $data) || TOLERANT; }
        public function destroy($id): bool { return $this->inner->destroy($id); }
        public function gc($age): int|false { return $this->inner->gc($age); }
        public function validateId($id): bool { $this->inner->read($id); return true; }
        public function updateTimestamp($id, $data): bool { return $this->write($id, $data); }
    }
    session_set_save_handler(new Proxy(new SessionHandler));
    PHP;
const VISIT = '$_COOKIE["PHPSESSID"] = $argv[1];
    set_error_handler(function ($level, $message) { fwrite(STDERR, ($level === E_NOTICE ? "notice: " : "warning: ") . "$message\n"); });
    %s
    $started = session_start();
    $_SESSION["n"] = 1;
    $given = session_id();
    session_write_close();
    echo $started ? "started, " : "not started, ", $given === $argv[1] ? "the same id" : (preg_match("~^[a-z0-9]{32}$~", $given) ? "a new id" : "none"), "\n";';
const DROP = 'if (!preg_match("~^[A-Za-z0-9,-]{1,256}$~D", $_COOKIE[session_name()] ?? "none")) unset($_COOKIE[session_name()]);';

$table = new Table;
$cases = ['plain' => '', 'a wrapper' => 'const TOLERANT = false;' . WRAPPER, 'one that goes on' => 'const TOLERANT = true;' . WRAPPER,
    'the cookie dropped' => 'const TOLERANT = false;' . WRAPPER . DROP];
foreach (['0', '1'] as $strict) {
    foreach ($cases as $what => $code) {
        foreach (['ab_cd', "abc\1", str_repeat('x', 257)] as $number => $id) {
            $ini = $table->ini(['session.use_strict_mode' => $strict, 'session.use_cookies' => '1']);
            $result = php_run(sprintf(VISIT, $code), $ini, [$id]);
            $own = array_map(fn ($line) => substr($line, 0, strpos($line, ':')), preg_grep('~rustsql: ~', explode("\n", $result['err'])));
            $shown[$number] = trim($result['out']) . '; ' . (implode(', ', $own) ?: 'nothing said');
            check(!$own || str_contains($result['err'], "the visitor's cookie"), "$what: whose it is", $result['err']);
            check(!str_contains(implode(ours($result['err'])), $id), "$what: the id is not told", $result['err']);
        }
        echo "strict mode $strict, $what: ", implode("\n    ", array_unique($shown)), "\n";
    }
}
?>
--EXPECT--
strict mode 0, plain: not started, none; notice
strict mode 0, a wrapper: not started, none; notice
strict mode 0, one that goes on: started, the same id; notice
strict mode 0, the cookie dropped: started, a new id; nothing said
strict mode 1, plain: started, a new id; nothing said
strict mode 1, a wrapper: not started, none; notice
strict mode 1, one that goes on: started, the same id; notice
strict mode 1, the cookie dropped: started, a new id; nothing said
