--TEST--
rustsql.store_empty=0 does not store a new session that stays empty; an emptied one is stored all the same
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['native', 'wrapped'] as $handler) {
        $handler === 'native' ? session_module_name('rustsql') : session_set_save_handler(new SessionHandler, true);
        $case = "$lock, $handler";
        ini_set('rustsql.store_empty', '1');
        $table->request('stored', fn () => null);
        same('', $table->row('stored')['data'] ?? null, "$case: store_empty 1");
        same('0', (string) $table->count("data = '' AND expires < UNIX_TIMESTAMP()"), "$case: it lives");

        ini_set('rustsql.store_empty', '0');
        $table->request('not', fn () => null);
        same(null, $table->row('not'), "$case: store_empty 0");
        $table->request('not', fn () => $_SESSION['a'] = 1);
        same('a|i:1;', $table->row('not')['data'] ?? null, "$case: with data");
        $table->request('not', fn () => $_SESSION = []);
        same('', $table->row('not')['data'] ?? null, "$case: emptied");
        $version = $table->row('not')['version'];
        $table->request('not', fn () => null);
        same($version, $table->row('not')['version'] ?? null, "$case: still empty");

        foreach (['stored', 'not'] as $id) {
            $table->request($id, fn () => session_destroy());
        }
    }
    // An expired one that begins anew and stays empty is a new one, too.
    $table->request('old', fn () => $_SESSION['a'] = 1);
    $table->update('old', 'expires = UNIX_TIMESTAMP() - 5');
    $before = $table->frozen('old');
    $table->request('old', fn () => same([], $_SESSION, "$lock: expired"));
    same($before, $table->frozen('old'), "$lock: the expired row");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
