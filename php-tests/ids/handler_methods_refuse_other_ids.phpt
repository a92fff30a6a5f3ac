--TEST--
Every method that a script calls with a bad id is refused with a warning, and no row is touched
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

const BAD = ["x' OR '1'='1", "abc\0", '', '../abc'];

/** Also does with bad ids what it is asked to do. */
class Meddler extends SessionHandler
{
    public static array $outcomes = [];

    public function write(string $id, string $data): bool
    {
        foreach (BAD as $bad) {
            self::$outcomes[] = [parent::read($bad), parent::write($bad, 'a|i:9;'), parent::destroy($bad)];
        }
        return true;
    }
}

foreach (each_lock() as $lock => $table) {
    session_module_name('rustsql');
    $table->request('abc', fn () => $_SESSION['a'] = 1);
    $table->request('x', fn () => $_SESSION['x'] = 1);
    $before = [$table->frozen('abc'), $table->frozen('x')];
    session_set_save_handler(new Meddler, true);
    $table->request('other', fn () => $_SESSION['b'] = 1);
    same(array_fill(0, count(BAD), [false, false, false]), Meddler::$outcomes, "$lock: outcomes");
    Meddler::$outcomes = [];
    $own = ours();
    same(3 * count(BAD), count($own), "$lock: warnings");
    check(count(preg_grep('~session id has characters or a length~', $own)) === count($own), "$lock: what they say", $own);
    same($before, [$table->frozen('abc'), $table->frozen('x')], "$lock: rows");
    same(2, $table->count(), "$lock: number of rows");
}
echo "done\n";
--EXPECT--
done
