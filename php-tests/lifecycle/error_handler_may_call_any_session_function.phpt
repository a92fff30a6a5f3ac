--TEST--
An error handler may call any session function at any notice or warning: PHP does not crash, and no data is lost or emptied
--FILE--
<?php
require __DIR__ . '/../inc/session.php';

const MEGABYTES = 1;
// What is freed is gone: whoever reads it all the same crashes.
putenv('MALLOC_MMAP_THRESHOLD_=100000');

/*
 * For each session function one round: `$first` begins a session, `$then` comes to the warning. The handler calls the function
 * once. A session that is open afterwards has its data.
 */
$rounds = function (string $then, string $first = 'true', string $without = '') {
    return <<<PHP
        \$twice = function () { session_abort(); session_start(); };
        \$functions = [
            'abort' => session_abort(...), 'write_close' => session_write_close(...), 'reset' => session_reset(...),
            'regenerate_id' => session_regenerate_id(...), 'start' => session_start(...), 'gc' => session_gc(...),
            'id' => session_id(...), 'create_id' => session_create_id(...), 'unset' => session_unset(...),
            'encode' => session_encode(...), 'decode' => fn () => session_decode('more|i:1;'),
            'bad decode' => fn () => session_decode('more|i:'), 'abort and start' => \$twice,
            'other id' => function () { session_abort(); session_id('other'); session_start(); session_abort(); },
            'status()' => RustSql\status(...), 'ping()' => RustSql\ping(...), 'schema()' => RustSql\schema(...),
            'nothing' => fn () => 0,
        ];
        unset(\$functions['$without']);
        foreach (\$functions as \$name => \$function) {
            set_error_handler(function (\$level, \$message) use (&\$seen, \$function) {
                if (!\$seen && str_contains(\$message, 'rustsql: ')) {
                    \$seen = true;
                    \$function();
                }
            });
            session_id('$this->id');
            \$seen = false;
            $first;
            $then;
            if (!\$seen) {
                fwrite(STDOUT, "\$name: no warning\n");
            }
            \$seen = true;
            if (session_status() === PHP_SESSION_ACTIVE && !session_encode() && session_id() === '$this->id') {
                fwrite(STDOUT, "\$name: an empty session\n");
            }
            session_abort();
            restore_error_handler();
        }
        fwrite(STDOUT, "done\n");
        PHP;
};

foreach (LOCKS as $lock) {
    $session = new Session($lock, ['rustsql.lock_timeout' => '0', 'display_errors' => '0']);
    $big = 'big|s:' . (MEGABYTES << 20) . ':"' . str_repeat('x', MEGABYTES << 20) . '";';
    $session->run('session_start(); $_SESSION["big"] = str_repeat("x", ' . MEGABYTES . ' << 20);');
    $expect = function (string $what, string $out, string $stored) use ($session, $lock) {
        $out === "done\n" || print("$lock, $what: " . substr($out, -1000) . "\n");
        if ($session->stored() !== $stored) {
            echo "$lock, $what: stored ", substr(var_export($session->stored(), true), 0, 100), "\n";
                $session->server->query("UPDATE app.$session->table SET data = '$stored'");
        }
    };
    $of = fn (...$args) => Closure::bind($rounds, $session)(...$args);

    // The lock is somebody else's.
    $holder = $session->hold('session_abort();');
    foreach (['0', '1'] as $strict) {
        $ini = ['session.use_strict_mode' => $strict];
        $expect("read-only, strict $strict", $session->run($of('session_start()'), $ini + ['rustsql.lock_failure' => 'readonly']), $big);
        $expect("not started, strict $strict", $session->run($of('session_start()'), $ini), $big);
    }
    // PHP itself leaks when a wrapping handler is reset while it reads, with files as well; a debug build tells.
    $wrapped = $of('session_set_save_handler(new SessionHandler); session_start()', 'true', 'reset');
    $expect("read-only, wrapped", $session->run($wrapped, ['rustsql.lock_failure' => 'readonly']), $big);
    $session->finish($holder);

    // A write that is refused.
    $ini = ['rustsql.max_size' => (MEGABYTES << 20) + 1000 . ''];
    $begin = 'session_start(); $_SESSION["more"] = str_repeat("x", 2000)';
    $expect('too large', $session->run($of('session_write_close()', $begin), $ini), $big);
    $expect('too large to change its id', $session->run($of('session_regenerate_id()', $begin), $ini), $big);
    if (PHP_VERSION_ID < 80600) {
        $begin = 'session_start(); $_SESSION["a|b"] = 1';
        $expect('cannot be encoded', $session->run($of('session_write_close()', $begin)), $big);
    }
    foreach (['session_abort()', 'session_write_close()', 'session_reset()', 'session_start()', 'session_regenerate_id()', 'session_gc()'] as $call) {
        $end = "set_error_handler(function () { static \$seen; \$seen++ || $call; });
            fwrite(STDOUT, \"done\n\"); session_start(); \$_SESSION['more'] = str_repeat('x', 2000);";
        $expect("at the end of the request, $call", $session->run($end, $ini), $big);
    }

    // What cannot be decoded.
    $garbage = 'a|s:10:"abc';
    $session->server->query("UPDATE app.$session->table SET data = '$garbage'");
    $expect('undecodable', $session->run($of('session_start()')), $garbage);

    // The collection after the close. (A transaction would keep the table.)
    if ($lock === 'row') {
        continue;
    }
    $session->server->query("UPDATE app.$session->table SET data = 'a|i:1;'");
    $lottery = ['session.gc_probability' => '1', 'session.gc_divisor' => '1', 'rustsql.persistent' => '0'];
    $child = $session->start($of('session_abort()', 'session_start(); pause("started")'), $lottery);
    for ($count = 0; ($line = $child->readLine()) === 'started'; $count++) {
        $session->server->query("DROP TABLE app.$session->table");
        $child->write("go on\n");
    }
    $line === 'done' && $count > 15 || print("$lock, collection: $line after $count\n" . $session->finish($child));
    $session->finish($child);
}
echo "done\n";
?>
--EXPECT--
done
