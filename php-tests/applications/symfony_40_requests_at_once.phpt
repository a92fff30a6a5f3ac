--TEST--
Symfony with handler_id: null: 40 requests of one session at the same time, each of them is counted
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/symfony.php';

foreach (SymfonySite::VERSIONS as $version => $folder) {
    foreach (LOCKS as $lock) {
        $site = new SymfonySite($version, $lock, ['rustsql.persistent' => $lock === 'row' ? '1' : '0'], 12);
        $site->visit('login');
        $requests = array_map(fn () => $site->begin('slow-count'), range(1, 40));
        $counts = array_map(fn ($request) => (int) filter_var($site->finish($request), FILTER_SANITIZE_NUMBER_INT), $requests);
        sort($counts);
        echo "Symfony $version, $lock: ", $counts === range(1, 40) ? 'each number from 1 to 40 was shown once' : implode(' ', $counts), ', ', $site->visit('show'), "\n", $site->log();
    }
}
?>
--EXPECT--
Symfony 5.4, advisory: each number from 1 to 40 was shown once, Anna, count 40, message: Welcome
Symfony 5.4, row: each number from 1 to 40 was shown once, Anna, count 40, message: Welcome
Symfony 6.4, advisory: each number from 1 to 40 was shown once, Anna, count 40, message: Welcome
Symfony 6.4, row: each number from 1 to 40 was shown once, Anna, count 40, message: Welcome
