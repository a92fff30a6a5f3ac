--TEST--
Three lines in front of an application: its POST requests take the lock and count each one, and its GET requests merge
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/session.php';
require __DIR__ . '/../inc/check.php';
require __DIR__ . '/../inc/symfony.php';

// The lines of docs/merging.md.
preg_match('~```php\n(if .*?)```~s', file_get_contents(__DIR__ . '/../../docs/merging.md'), $lines);
const SYMFONY = <<<'PHP'
    set_include_path('%s');
    require 'Symfony/Component/HttpFoundation/autoload.php';
    $it = new Symfony\Component\HttpFoundation\Session\Session(new Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage(['use_cookies' => 0, 'use_strict_mode' => 0]));
    $it->start();
    PHP;
$symfony = sprintf(SYMFONY, SymfonySite::library('6.4'));
$applications = [
    'plain PHP' => ['session_start();', '$_SESSION["%s"] = ($_SESSION["%s"] ?? 0) + 1; session_write_close();', '$_SESSION["%s"]'],
    'Symfony' => [$symfony, '$it->set("%s", $it->get("%s", 0) + 1); $it->save();', '$it->get("%s")'],
];
foreach ($applications as $name => [$start, $count, $shown]) {
    $session = new Session('merge', ['session.save_path' => '']);
    $begin = fn (string $method): string => '$_SERVER["REQUEST_METHOD"] = "' . $method . "\"; $lines[1] $start fwrite(STDOUT, RustSql\\status()['lock'] . \"\\n\"); fgets(STDIN);";
    $counts = fn (string $key): string => str_replace('%s', $key, $count);
    same('', $session->finish($session->start("$start " . $counts('visits'))), 'begin');

    // A form is sent twice, while two other pages of the visitor are being made.
    $post = $session->start($begin('POST') . $counts('orders'));
    echo "$name: ", $post->readLine();
    $get = [$session->start($begin('GET') . $counts('seen by one')), $session->start($begin('GET') . $counts('seen by other'))];
    echo ' ', $get[0]->readLine(), ' ', $get[1]->readLine();
    $again = $session->start($begin('POST') . $counts('orders'));
    $get[0]->write("\n");
    // Its write waits, too.
    $session->awaitWaiters(2);
    $said = $session->finish($post);
    echo ' ', $again->readLine(), "\n", $said, $session->finish($again), $session->finish($get[0]), $session->finish($get[1]);
    foreach (['orders', 'seen by one', 'seen by other'] as $key) {
        echo "$key: ", $session->run("$start echo " . str_replace('%s', $key, $shown) . ';');
    }
}
?>
--EXPECT--
plain PHP: row merge merge row
orders: 2
seen by one: 1
seen by other: 1
Symfony: row merge merge row
orders: 2
seen by one: 1
seen by other: 1
