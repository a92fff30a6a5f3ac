<?php
/*
 * Random scripts. A script is a list of requests of some visitors, each a list of steps, which are PHP:
 *
 *     [['process' => 0, 'visitor' => 1, 'cookie' => null, 'age' => 0, 'beside' => false, 'steps' => [...]], ...]
 *
 * `process`: which of the two workers serves it. `cookie`: another than the visitor's own. `age`: by how many seconds all that
 * is stored is made older before. `beside`: runs at the same time as the request before it, which waits at the gate.
 *
 * The same seed is the same script, on every machine.
 */

final class ScriptGenerator
{
    private const IDS = ['"a"', '"visitor-1"', '"B,c-9"', '"0"', '"0123456789abcdefghijklmnopqrstuv"'];
    private const ODD_IDS = [
        '""', '" "', '"a b"', '"a/b"', '"../x"', '"a\'b"', '"a.b"', '"a|b"', '"a\0b"', '"a;b"', '"\xff"',
        'str_repeat("y", 250)', 'str_repeat("y", 256)', 'str_repeat("y", 257)',
    ];
    private const KEYS = [
        '"n"', '"n"', '"n"', '"name"', '"name"', '"a b"', '"user"', '""', '"0"', '5', '-1', '"!x"', '"!"', '"x!"', '"a:b"',
        '"k\0y"', '"\xe9\xff"', '";"', '"_SESSION"', 'str_repeat("k", 127)', 'str_repeat("k", 128)', 'str_repeat("k", 300)',
    ];
    private const VALUES = [
        '0', '1', '-7', 'PHP_INT_MAX', '1.5', '-0.0', 'NAN', 'INF', '0.1 + 0.2', 'true', 'false', 'null', '""', '"text"',
        '"two\nlines"', '"a|b;c:1{}"', '"quote\' and \\\\ and \""', '"\0\1\2\xfe\xff"', '"\xf0\x9f\x98\x80"', '[]',
        '[1, [2, [3, ["k" => null]]]]', '["a|b" => 1, 5 => 2, "" => 3]', 'new stdClass', '(object) ["a" => [1], "0" => 2]',
        'new Thing', 'new Sleeper', 'new ArrayObject([1, 2])', 'new DateTimeImmutable("2001-02-03 04:05 UTC")',
        'range(1, 50)', 'str_repeat("0123456789", 1000)', 'implode(array_map(chr(...), range(0, 255)))', 'random()',
        'array_fill(0, 300, "x")',
    ];
    private const OPTIONS = [
        '"read_and_close" => true', '"read_and_close" => true', '"read_and_close" => 1', '"read_and_close" => "1"',
        '"read_and_close" => "yes"', '"read_and_close" => false', '"use_strict_mode" => 1', '"use_strict_mode" => 1',
        '"use_strict_mode" => 0', '"lazy_write" => 0', '"lazy_write" => 1', '"cookie_lifetime" => 3600',
        '"cookie_path" => "/x"', '"cookie_secure" => true', '"cookie_httponly" => 1', '"cookie_samesite" => "Lax"',
        '"use_cookies" => 0', '"cache_limiter" => "public"', '"cache_limiter" => ""', '"name" => "OTHER"',
        '"sid_length" => 40', '"sid_bits_per_character" => 6', '"gc_probability" => 100', '"no_such_option" => 1',
        '"name" => "1"', '"read_and_close" => []', '"sid_length" => 1', '"serialize_handler" => "no_such"', '7 => 1',
        '"use_trans_sid" => 1',
    ];
    private const INI = [
        '"session.use_strict_mode", "1"', '"session.use_strict_mode", "1"', '"session.use_strict_mode", "0"',
        '"session.lazy_write", "0"', '"session.lazy_write", "1"', '"session.use_cookies", "0"',
        '"session.use_only_cookies", "0"', '"session.cookie_lifetime", "60"', '"session.cookie_samesite", "Strict"',
        '"session.cache_limiter", "private"', '"session.cache_limiter", "private_no_expire"', '"session.sid_length", "64"',
        '"session.sid_bits_per_character", "4"', '"session.name", "THIRD"', '"session.name", "9"',
        '"session.gc_probability", "100"', '"session.serialize_handler", "no_such"', '"session.use_trans_sid", "1"',
        '"session.referer_check", "example.org"', '"session.save_handler", "no_such"', '"precision", "5"',
        '"serialize_precision", "5"',
    ];
    private const SERIALIZERS = ['php', 'php_serialize', 'php_binary'];
    private const DECODED = [
        '"n|i:5;"', '"n|i:5;name|s:1:\"x\";"', '""', '"a:1:{s:1:\"n\";i:9;}"', '"\1ni:3;"', '"n|i:5;cut|s:10:\"abc"',
        '"garbage"', '"a|b|"', '"!n|"', '"n|i:1;n|i:2;"', '"n|O:7:\"Sleeper\":2:{i:0;i:1;i:1;i:0;}"',
        '"n|O:6:\"Grumpy\":1:{i:0;s:1:\"x\";}"', '"n|O:7:\"Unknown\":0:{}"', 'session_encode()',
    ];
    private const HANDLERS = [
        'new SessionHandler', 'new Recording', 'new Recording', 'new Recording', 'new Reversing', 'new Strict', 'new Strict',
        'new Throwing("read")', 'new Throwing("write")', 'new Throwing("close")',
    ];

    /** How often which method's steps come, of all together. */
    private const STEPS = [
        'start' => 130, 'set' => 200, 'count' => 60, 'unset' => 40, 'variable' => 25, 'reference' => 12, 'rare' => 8,
        'close' => 70, 'discard' => 55, 'destroy' => 30, 'regenerate' => 60, 'createId' => 20, 'id' => 40, 'name' => 10,
        'ini' => 35, 'serializer' => 6, 'decode' => 15, 'ask' => 45, 'collect' => 10, 'wrap' => 8, 'direct' => 6,
        'output' => 7, 'atTheEnd' => 15, 'indirect' => 15, 'cookie' => 10, 'end' => 12,
    ];

    private int $total;

    private function __construct()
    {
        $this->total = array_sum(self::STEPS);
    }

    /** @return list<array{process: int, visitor: int, cookie: ?string, age: int, beside: bool, steps: list<string>}> */
    public static function script(int $seed): array
    {
        mt_srand($seed);
        return self::withoutDeadlocks((new self)->requests());
    }

    /**
     * When a wrapper's write ends in an exception (or, from 8.6 on, what it would write cannot be encoded), PHP does not close
     * the handler within: `files` keeps its lock for as long as the worker lives. So this is the last that may happen.
     */
    private static function withoutDeadlocks(array $requests): array
    {
        if (str_contains(json_encode($requests), 'session_set_save_handler')) {
            for ($number = count($requests) - 2; $number >= 0; $number--) {
                $steps = preg_grep('~Throwing|Grumpy|fn \(\) => 1$|a\|b"\]|ErrorException~', $requests[$number]['steps'], PREG_GREP_INVERT);
                $requests[$number]['steps'] = array_values($steps);
            }
        }
        return $requests;
    }

    private function requests(): array
    {
        $requests = [];
        $serializer = $this->chance(25) ? $this->one(self::SERIALIZERS) : null;
        $wrapper = $this->chance(15) ? $this->one(self::HANDLERS) : null;
        $strict = $this->chance(20);
        for ($left = mt_rand(1, 5); $left > 0; $left--) {
            $first = [];
            if ($serializer) {
                $first[] = "ini_set('session.serialize_handler', '$serializer')";
            }
            if ($strict) {
                $first[] = "ini_set('session.use_strict_mode', '1')";
            }
            if ($wrapper && $this->chance(90)) {
                $first[] = "session_set_save_handler($wrapper" . ($this->chance(20) ? ', false' : '') . ')';
            }
            if ($requests && $this->chance(3)) {
                $collect = ['session_id("collector")', 'session_start()', 'session_gc()', 'session_destroy()'];
                $requests[] = $this->request($collect, age: 5000, visitor: 2);
            }
            if ($this->chance(4)) {
                array_push($requests, ...$this->together($first));
                continue;
            }
            if ($this->chance(25)) {
                $first[] = 'session_id(' . $this->anyId() . ')';
            }
            if ($this->chance(85)) {
                $first[] = $this->start();
            }
            for ($steps = mt_rand(0, 9); $steps > 0; $steps--) {
                $first[] = $this->step();
            }
            $requests[] = $this->request($first, cookie: $this->chance(6) ? rawurlencode($this->oddCookie()) : null);
        }
        return $requests;
    }

    /** The second waits for the first to close the session that both of them use. */
    private function together(array $first): array
    {
        $id = $this->one(self::IDS);
        $steps = [...$first, "session_id($id)", 'session_start()'];
        for ($count = mt_rand(0, 3); $count > 0; $count--) {
            $steps[] = $this->one([$this->set(...), $this->count(...), $this->unset(...)])();
        }
        $steps[] = 'Observer::gate()';
        $steps[] = $this->count();
        $steps[] = $this->one(['session_write_close()', 'session_abort()', 'exit;', '1']);
        $start = $this->one(['session_start()', 'session_start(["use_strict_mode" => 0])']);
        $second = [...$first, "session_id($id)", $start, $this->count()];
        for ($count = mt_rand(0, 4); $count > 0; $count--) {
            $second[] = $this->step();
        }
        return [
            ['process' => 0] + $this->request($steps, visitor: 0),
            ['process' => 1, 'beside' => true] + $this->request($second, visitor: 1),
        ];
    }

    private function request(array $steps, int $age = 0, ?string $cookie = null, ?int $visitor = null): array
    {
        return ['process' => mt_rand(0, 1), 'visitor' => $visitor ?? (int) $this->chance(20), 'cookie' => $cookie, 'age' => $age,
            'beside' => false, 'steps' => $steps];
    }

    private function step(): string
    {
        $number = mt_rand(1, $this->total);
        foreach (self::STEPS as $method => $weight) {
            if (($number -= $weight) <= 0) {
                return $this->$method();
            }
        }
    }

    private function start(): string
    {
        if ($this->chance(70)) {
            return 'session_start()';
        }
        $options = array_map(fn () => $this->one(self::OPTIONS), range(1, mt_rand(1, 3)));
        return 'session_start([' . implode(', ', $options) . '])';
    }

    private function set(): string
    {
        return sprintf('$_SESSION[%s]%s = %s', $this->key(), $this->chance(10) ? '["x"][]' : '', $this->value());
    }

    private function count(): string
    {
        return '$_SESSION["n"] = (int) ($_SESSION["n"] ?? 0) + 1';
    }

    private function unset(): string
    {
        return 'unset($_SESSION[' . $this->key() . ']);';
    }

    private function variable(): string
    {
        return $this->one([
            '$_SESSION = []', '$_SESSION = ["n" => 7]', 'unset($_SESSION);', 'unset($GLOBALS["_SESSION"]);',
            '$_SESSION = null', '$_SESSION = "text"', '$other = ["n" => 8]; $_SESSION = &$other;', '$_SESSION[] = 1',
            '$copy = $_SESSION', '$_SESSION = $copy ?? []', '$_SESSION = new ArrayObject(["n" => 3])',
            'foreach ($_SESSION as $key => &$of) { $of = [$of]; } unset($of);', 'session_unset()', 'session_unset()',
            '$_SESSION = array_reverse($_SESSION, true)', 'global $_SESSION;',
        ]);
    }

    private function reference(): string
    {
        return $this->one([
            '$_SESSION["r"] = &$_SESSION["n"]', '$_SESSION["self"] = &$_SESSION', '$_SESSION["all"] = $_SESSION',
            '$x = new stdClass; $x->x = $x; $_SESSION["x"] = $x;', '$y = [1]; $_SESSION["y1"] = &$y; $_SESSION["y2"] = &$y;',
            '$y[] = 2', '$_SESSION["r"] = 5', '$o = new Thing; $_SESSION["o"] = [$o, $o];',
        ]);
    }

    /** What mostly ends in a known difference, or is large. */
    private function rare(): string
    {
        return $this->one([
            '$_SESSION["a|b"] = 1', '$_SESSION["f"] = fn () => 1', '$_SESSION["g"] = new Grumpy("stored")',
            '$_SESSION["g"] = new Grumpy("read")', '$_SESSION["large"] = str_repeat("0123456789", 100_000)',
            '$_SESSION["large"] = str_repeat("\0\xff\'\\\\", 5_000)',
        ]);
    }

    private function close(): string
    {
        return $this->one([
            'session_write_close()', 'session_write_close()', 'session_commit()', 'session_write_close() && session_start()',
        ]);
    }

    private function discard(): string
    {
        return $this->one([
            'session_abort()', 'session_abort()', 'session_reset()', 'session_reset()', 'session_abort() && session_start()',
        ]);
    }

    private function destroy(): string
    {
        return $this->one([
            'session_destroy()', 'session_destroy()', 'session_unset() && session_destroy()',
            'session_destroy() && session_start()',
        ]);
    }

    private function regenerate(): string
    {
        return $this->one([
            'session_regenerate_id()', 'session_regenerate_id(false)', 'session_regenerate_id(true)',
            'session_regenerate_id(true)', 'session_regenerate_id(delete_old_session: true)', 'session_regenerate_id("x")',
        ]);
    }

    private function createId(): string
    {
        return $this->one([
            'session_create_id()', 'session_create_id("pre-")', 'session_create_id("not this")', 'session_create_id("\0")',
            'session_create_id(str_repeat("p", 200))', 'session_create_id(str_repeat("p", 256))',
            'session_id(session_create_id("pre-"))',
        ]);
    }

    private function id(): string
    {
        return $this->one([
            'session_id()', 'session_id(' . $this->anyId() . ')',
            'session_write_close() && session_id(' . $this->anyId() . ')', 'session_id(null)',
        ]);
    }

    private function name(): string
    {
        return $this->one([
            'session_name()', 'session_name("NAME")', 'session_name("1")', 'session_name("")', 'session_name("a b")',
            'session_name("PHPSESSID")',
        ]);
    }

    private function ini(): string
    {
        return 'ini_set(' . $this->one(self::INI) . ')';
    }

    private function serializer(): string
    {
        return 'ini_set("session.serialize_handler", "' . $this->one(self::SERIALIZERS) . '")';
    }

    private function decode(): string
    {
        return 'session_decode(' . $this->one(self::DECODED) . ')';
    }

    private function ask(): string
    {
        return $this->one([
            'session_status()', 'session_encode()', 'session_encode()', 'session_module_name()',
            'session_get_cookie_params()', 'session_cache_limiter()', 'session_cache_expire()', 'count($_SESSION)',
            'isset($_SESSION["n"])', 'defined("SID") && constant("SID")', 'headers_sent()', 'array_keys($_SESSION)',
        ]);
    }

    private function collect(): string
    {
        return $this->one([
            'session_gc()', 'session_gc()', 'session_start(["gc_probability" => 100, "gc_divisor" => 1])',
            'ini_set("session.gc_divisor", "1")',
        ]);
    }

    private function wrap(): string
    {
        return 'session_set_save_handler(' . $this->one(self::HANDLERS) . ($this->chance(30) ? ', false' : '') . ')';
    }

    /** The handler's methods, which a script may call itself. At another's end, or an odd id, `files` forgets its own file. */
    private function direct(): string
    {
        $id = $this->one(self::IDS);
        return $this->one([
            "(new SessionHandler)->read($id)", "(new SessionHandler)->write($id, 'n|i:77;')",
            '(new SessionHandler)->destroy(session_id())', '(new SessionHandler)->close()',
            '(new SessionHandler)->gc(100000)', 'strlen((new SessionHandler)->create_sid())',
        ]);
    }

    private function output(): string
    {
        return $this->one([
            'print "output"', 'print str_repeat("x", 5000)', 'flush()', 'ob_start()', 'ob_end_flush()',
            'print "x" && flush()', 'ob_start(function ($text) { $_SESSION["n"] = "buffer"; return $text; })',
        ]);
    }

    private function atTheEnd(): string
    {
        $do = $this->one([
            $this->set(...), $this->close(...), $this->discard(...), $this->destroy(...), $this->regenerate(...), $this->start(...),
        ])();
        return $this->one([
            "register_shutdown_function(fn () => $do)", "\$end = new AtTheEnd(fn () => $do)", 'session_register_shutdown()',
            "register_shutdown_function(function () { $do; exit; })",
            'set_error_handler(fn ($level, $text) => throw new ErrorException($text))', 'restore_error_handler()',
        ]);
    }

    private function indirect(): string
    {
        return $this->one([
            'call_user_func("session_start")', 'array_map("session_start", [["read_and_close" => true]])',
            '(new Fiber(fn () => session_start()))->start()', '(function () { yield session_start(); })()->current()',
            '(new ReflectionFunction("session_start"))->invoke(["read_and_close" => 1])',
            'session_start(options: ["read_and_close" => true])', '(fn ($f) => $f())(session_start(...))',
            'call_user_func_array("session_regenerate_id", [true])',
            '$options = ["read_and_close" => true]; $o = &$options; session_start($options);',
            'usort($two = [[], []], fn () => (int) session_start())',
        ]);
    }

    private function cookie(): string
    {
        return $this->one([
            'session_set_cookie_params(60)', 'session_set_cookie_params(["path" => "/y", "samesite" => "None"])',
            'header_remove("Set-Cookie")', 'session_cache_limiter("nocache")', 'session_cache_limiter("public")',
            'session_cache_expire(5)', 'setcookie("other", "1")', '$_COOKIE = []', '$_COOKIE["PHPSESSID"] = "visitor-1"',
            'unset($_COOKIE["PHPSESSID"]);',
        ]);
    }

    private function end(): string
    {
        return $this->one([
            'exit;', 'exit(3);', 'exit("text");', 'throw new Exception("thrown");', 'throw new Error("thrown");',
            'trigger_error("thrown", E_USER_ERROR)', 'function_that_is_not();',
            'ini_set("memory_limit", "4M"); str_repeat("x", 50_000_000);',
        ]);
    }

    private function anyId(): string
    {
        return $this->chance(75) ? $this->one(self::IDS) : $this->one(self::ODD_IDS);
    }

    private function key(): string
    {
        return $this->one(self::KEYS);
    }

    private function value(): string
    {
        $value = $this->one(self::VALUES);
        if ($value === 'random()') {
            $bytes = array_map(fn () => chr(mt_rand(0, 255)), range(1, mt_rand(1, 40)));
            return 'hex2bin("' . bin2hex(implode($bytes)) . '")';
        }
        return $value;
    }

    private function oddCookie(): string
    {
        return $this->one([
            'a', 'visitor-1', 'unknown', '', 'a b', "a'b", '../x', "a\0b", 'a<b', 'a|b', str_repeat('y', 300), "\xff",
        ]);
    }

    private function chance(int $percent): bool
    {
        return mt_rand(1, 100) <= $percent;
    }

    private function one(array $of): mixed
    {
        return $of[mt_rand(0, count($of) - 1)];
    }
}
