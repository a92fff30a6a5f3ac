--TEST--
RustSql\tag() marks sessions; sessions() lists those of a tag and revoke() ends them
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    $tag = fn (string $id) => $table->row($id)['tag'] ?? null;
    $exists = fn (string ...$ids) => array_map(fn ($id) => $table->row($id) !== null, $ids);

    // New, unchanged, changed, taken away.
    $table->request('a', function () { $_SESSION['n'] = 1; RustSql\tag('ann'); });
    check(strlen((string) $tag('a')) === 16 && !str_contains($tag('a'), 'ann'), "$lock: hashed", bin2hex($tag('a')));
    $table->request('b', fn () => $_SESSION['n'] = 'b');
    same(null, $tag('b'), "$lock: none");
    $table->request('b', fn () => RustSql\tag('ann'));
    same([$tag('a'), 'n|s:1:"b";'], [$tag('b'), $table->row('b')['data']], "$lock: unchanged data");
    $table->request('b', fn () => $_SESSION['n'] = 'B');
    same([$tag('a'), 'n|s:1:"B";'], [$tag('b'), $table->row('b')['data']], "$lock: kept by a write");
    $table->request('c', function () { $_SESSION['n'] = 1; RustSql\tag('bob'); });
    check($tag('c') !== $tag('a'), "$lock: another user");
    $table->request('c', fn () => RustSql\tag(null));
    same(null, $tag('c'), "$lock: taken away");
    $table->request('d', function () { $_SESSION['n'] = 1; RustSql\tag('ann'); session_abort(); });
    same(null, $table->row('d'), "$lock: aborted");

    // A new id has the tag of the one before.
    foreach ([true, false] as $deletes) {
        $new = $table->request('e', function () use ($deletes) {
            $_SESSION['n'] = 1;
            RustSql\tag('eve');
            session_write_close();
            session_start();
            session_regenerate_id($deletes);
            return session_id();
        });
        check($tag($new) !== null && $tag($new) !== $tag('a'), "$lock: new id");
        same(!$deletes, $tag('e') === $tag($new), "$lock: old id");
        $table->open();
        same($deletes ? 1 : 2, RustSql\revoke('eve'), "$lock: both ids");
    }
    $login = $table->request('f', function () {
        RustSql\tag('eve');
        session_regenerate_id(true);
        $_SESSION['n'] = 1;
        return session_id();
    });
    check($tag($login) !== null, "$lock: marked before the new id");

    // The list.
    $list = $table->request('a', fn () => RustSql\sessions('ann'));
    same(['created', 'used', 'expires', 'bytes', 'current'], array_keys($list[0]), "$lock: keys");
    $mine = array_column($list, 'current');
    same([1, 2], [count(array_filter($mine)), count($mine)], "$lock: current");
    $row = $table->row('a');
    $current = array_values(array_filter($list, fn ($one) => $one['current']))[0];
    same([(int) $row['created'], (int) $row['expires']], [$current['created'], $current['expires']], "$lock: times");
    same([], RustSql\sessions('nobody'), "$lock: nobody's");
    $table->open(['namespace' => 'other']);
    same([], RustSql\sessions('ann'), "$lock: another application");
    same(0, RustSql\revoke('ann'), "$lock: another application's");

    // An expired session is not listed, and its tag ends with it.
    $table->server->query("UPDATE app.$table->name SET expires = 1 WHERE id = x'" . session_key('b') . "'");
    $table->open();
    same(1, count(RustSql\sessions('ann')), "$lock: expired");
    $table->request('b', fn () => $_SESSION['n'] = 'new');
    same(null, $tag('b'), "$lock: after expiry");
    $table->request('b', fn () => RustSql\tag('ann'));

    // Logging out everywhere else, then here too.
    $table->request('x', function () { $_SESSION['n'] = 1; RustSql\tag('xen'); });
    $ended = $table->request('a', function () { $_SESSION['n'] = 2; return RustSql\revoke('ann'); });
    same([1, [true, false, true], 'n|i:2;'], [$ended, $exists('a', 'b', 'x'), $table->row('a')['data']], "$lock: everywhere else");
    $table->request('b', function () { $_SESSION['n'] = 1; RustSql\tag('ann'); });
    $ended = $table->request('a', function () { $_SESSION['n'] = 3; return [RustSql\revoke('ann', false), session_status()]; });
    same([[2, PHP_SESSION_NONE], [false, false, true]], [$ended, $exists('a', 'b', 'x')], "$lock: everywhere");
    $ended = $table->request('a', function () { $_SESSION['n'] = 4; return RustSql\revoke('xen', false); });
    same([1, [true, false]], [$ended, $exists('a', 'x')], "$lock: by another user");

    // Without a session, and without a server.
    foreach (['tag' => ['ann'], 'gc' => [], 'sessions' => ['ann'], 'revoke' => ['ann']] as $name => $arguments) {
        if ($name !== 'tag') {
            session_save_path('mysql://nobody:no-secret@127.0.0.1:1/app');
        }
        try {
            ('RustSql\\' . $name)(...$arguments);
            echo "$lock: $name does not throw\n";
        } catch (RustSql\Exception $e) {
            check($e instanceof RuntimeException && !str_contains($e->getMessage(), 'no-secret'), $name, $e->getMessage());
            has($name === 'tag' ? 'the session is not open' : 'rustsql: cannot connect to 127.0.0.1:1', $e->getMessage(), "$lock: $name");
        }
    }

    // Collecting.
    $table->server->query("UPDATE app.$table->name SET expires = 1");
    $rows = (int) $table->server->query("SELECT COUNT(*) AS n FROM app.$table->name")[0]['n'];
    $table->open();
    same([1, $rows - 1, 0], [RustSql\gc(1), RustSql\gc(), RustSql\gc()], "$lock: gc");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
