--TEST--
The same id in another rustsql.namespace is another session
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

foreach (each_lock() as $lock => $table) {
    foreach (['', 'shop', 'blog', "caf\u{e9} '\\"] as $namespace) {
        same([], $table->request('abc', fn () => [$_SESSION, $_SESSION['of'] = $namespace][0], [], ['namespace' => $namespace]), "$lock, '$namespace': new");
        same(serialize($namespace), substr($table->row('abc', $namespace)['data'] ?? '', 3), "$lock, '$namespace': stored");
    }
    same(4, $table->count(), "$lock: rows");
    $table->request('abc', fn () => session_destroy(), [], ['namespace' => 'shop']);
    same(3, $table->count(), "$lock: rows after one was destroyed");
    same(['of' => 'blog'], $table->request('abc', null, [], ['namespace' => 'blog']), "$lock: another");
    // An id cannot lead into another namespace.
    same([], $table->request('blogabc', fn () => session_destroy() ? $_SESSION : null), "$lock: an id that begins with one");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
