--TEST--
The SQL of docs/migration.md moves the sessions of Symfony's real PdoSessionHandler, CodeIgniter and Zebra_Session; MigratingSessionHandler writes both
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
$folder = ini_get('extension_dir');
foreach (["$folder/pdo_mysql.so" => '', "$folder/mbstring.so" => SymfonySite::target("packages$folder/mbstring.so")] as $file => $other) {
    if (!is_file($file) && !is_file($other)) {
        echo "skip no $file";
    }
}
?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';
require __DIR__ . '/../inc/symfony.php';
require __DIR__ . '/../inc/documentation.php';

$page = file_get_contents(repository() . '/docs/migration.md');
$statement = fn (string $from) => current(array_filter(blocks_of($page, 'migration.md'), fn ($block) => $block->language === 'sql' && str_contains($block->text, "FROM $from")))->text;

foreach (SymfonySite::VERSIONS as $version => $folder) {
    foreach (['', 'shop'] as $namespace) {
        $first = new Session('advisory', ['rustsql.namespace' => $namespace]);
        $first->run('session_start();');
        $server = $first->server;
        $move = function (string $from, string $table) use ($statement, $first, $server, $namespace): void {
            $sql = str_replace(['php_sessions', "FROM $from", "CONCAT(''"], ["app.$first->table", "FROM app.$table", "CONCAT('$namespace'"], $statement($from), $count);
            same(3, $count, "the statement for $from");
            $server->query(rtrim($sql, ";\n"));
        };
        $session = fn () => new Session('advisory', ['rustsql.namespace' => $namespace], of: $first);
        $what = "Symfony $version, '$namespace'";

        // Symfony writes its rows itself.
        $mbstring = SymfonySite::target('packages' . ini_get('extension_dir') . '/mbstring.so');
        $ini = ['extension' => [is_file($mbstring) ? $mbstring : 'mbstring', 'pdo', 'mysqlnd', 'pdo_mysql'], 'include_path' => SymfonySite::target("$folder/usr/share/php")];
        $pdo = "new PdoSessionHandler('mysql:unix_socket=$server->socket;dbname=app', ['db_username' => 'app', 'db_password' => 'app-secret', 'db_table' => 'sf_$first->table'])";
        $symfony = fn (string $id, string $handler, string $body) => trim($first->finish($first->start("require 'Symfony/Component/HttpFoundation/autoload.php';" . <<<PHP
            class_alias('Symfony\\Component\\HttpFoundation\\Session\\Storage\\Handler\\PdoSessionHandler', 'PdoSessionHandler');
            class_alias('Symfony\\Component\\HttpFoundation\\Session\\Storage\\Handler\\MigratingSessionHandler', 'MigratingSessionHandler');
            \$pdo = $pdo;
            try { \$pdo->createTable(); } catch (PDOException) { }
            \$storage = new Symfony\\Component\\HttpFoundation\\Session\\Storage\\NativeSessionStorage([], $handler);
            \$session = new Symfony\\Component\\HttpFoundation\\Session\\Session(\$storage);
            $body
            \$session->save();
            PHP, $ini, $id)));
        // It uses strict mode, so the ids are its own.
        $begin = '$session->set("n", 41); $session->set("bytes", implode(array_map(chr(...), range(0, 255)))); echo $session->getId();';
        [$live, $dead] = [$symfony('', '$pdo', $begin), $symfony('', '$pdo', $begin)];
        same(2, count(array_unique(preg_grep('~^\w{20,}$~', [$live, $dead]))), "$what: two ids, $live and $dead");
        $server->query("UPDATE app.sf_$first->table SET sess_lifetime = UNIX_TIMESTAMP() - 1 WHERE sess_id = '$dead'");
        $move('sessions', "sf_$first->table");
        $read = 'echo $session->get("n", "none"), " ", strlen($session->get("bytes", "")); $session->set("n", 42);';
        same('41 256', $symfony($live, 'null', $read), "$what: moved");
        same('42 256', $symfony($live, 'null', $read), "$what: and written since");
        same('none 0', $symfony($dead, 'null', $read), "$what: expired");
        // A second run replaces nothing.
        $move('sessions', "sf_$first->table");
        same('42 256', $symfony($live, 'null', $read), "$what: moved again");

        // Both are written, and the old one is read.
        $migrating = 'new MigratingSessionHandler($pdo, new SessionHandler)';
        $both = $symfony('', $migrating, '$session->set("n", 1); echo $session->getId();');
        same('1', $symfony($both, $migrating, 'echo $session->get("n"); $session->set("n", 2);'), "$what: both, again");
        same('2 0', $symfony($both, 'null', $read), "$what: both, then rustsql alone");

        // The tables of the others, as their manuals create them.
        $ci = $session();
        $server->query("CREATE TABLE app.ci_$first->table (id VARCHAR(128) NOT NULL PRIMARY KEY, ip_address VARCHAR(45) NOT NULL,
            `timestamp` TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL, data BLOB NOT NULL) CHARACTER SET utf8mb4");
        $server->query("INSERT INTO app.ci_$first->table (id, ip_address, data) VALUES ('ci_session:$ci->id', '10.0.0.1', 'n|i:7;')");
        $move('ci_sessions', "ci_$first->table");
        same('7', trim($ci->run('session_start(); echo $_SESSION["n"]++;')), "$what: CodeIgniter");
        same('8', trim($ci->run('session_start(); echo $_SESSION["n"];')), "$what: CodeIgniter, written");
        $zebra = $session();
        $server->query("CREATE TABLE app.zebra_$first->table (session_id VARCHAR(32) NOT NULL DEFAULT '' PRIMARY KEY, hash VARCHAR(32) NOT NULL DEFAULT '',
            session_data MEDIUMBLOB NOT NULL, session_expire INT NOT NULL DEFAULT 0) CHARACTER SET utf8mb3");
        $server->query("INSERT INTO app.zebra_$first->table VALUES ('$zebra->id', '', 'n|i:9;', UNIX_TIMESTAMP() + 1000)");
        $move('session_data', "zebra_$first->table");
        same('9', trim($zebra->run('session_start(); echo $_SESSION["n"]++;')), "$what: Zebra_Session");
        same('10', trim($zebra->run('session_start(); echo $_SESSION["n"];')), "$what: Zebra_Session, written");
    }
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
