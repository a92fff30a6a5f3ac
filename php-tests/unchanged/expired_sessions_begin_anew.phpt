--TEST--
An expired session is never returned; its id begins a new one
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['UNIX_TIMESTAMP()', 'UNIX_TIMESTAMP() - 1', '1', '0'] as $expires) {
        $case = "$lock, expires $expires";
        $table->request('abc', fn () => $_SESSION['secret'] = 1);
        $table->update('abc', "created = created - 50, expires = $expires");
        $before = $table->row('abc');
        same([], $table->request('abc', null, ['read_and_close' => true]), "$case: read_and_close");
        foreach (['unlocked', $lock] as $mode) {
            same([], $table->request('abc', fn () => session_abort() ? $_SESSION : null, [], ['lock' => $mode]), "$case: read, $mode");
        }
        same([], $table->request('abc', null, [], ['read_only' => '1']), "$case: read_only");
        same($before['version'], $table->row('abc')['version'], "$case: not written");

        $table->request('abc', function () use ($case) {
            same([], $_SESSION, "$case: new");
            $_SESSION['fresh'] = 1;
        });
        $row = $table->row('abc');
        same('fresh|i:1;', $row['data'], "$case: written");
        check($row['expires'] > $row['now'] + 1000, "$case: it lives");
        check($row['created'] > $before['created'], "$case: created");
        check($row['version'] >> (MARK_BITS + COUNTER_BITS) !== $before['version'] >> (MARK_BITS + COUNTER_BITS), "$case: another incarnation", [$before['version'], $row['version']]);
        $table->request('abc', fn () => session_destroy());
    }
    // In strict mode, an id that has expired is not taken up again.
    $table->request('abc', fn () => $_SESSION['secret'] = 1);
    $table->update('abc', 'expires = UNIX_TIMESTAMP()');
    ini_set('session.use_strict_mode', '1');
    $id = $table->request('abc', function () use ($lock) {
        same([], $_SESSION, "$lock, strict mode");
        return session_id();
    });
    check($id !== 'abc', "$lock, strict mode: the id", $id);
    ini_set('session.use_strict_mode', '0');
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
