<?php
/*
 * Symfony's PdoSessionHandler from Debian's package, set up as its documentation says. BENCH_LOCK: transactional or advisory;
 * BENCH_PERSISTENT=1: with PDO's persistent connections.
 */
declare(strict_types=1);

use Symfony\Component\HttpFoundation\Session\Storage\Handler\PdoSessionHandler;

require_once 'Symfony/Component/HttpFoundation/autoload.php';

$server = getenv('BENCH_HOST') ? 'host=' . getenv('BENCH_HOST') . ';port=' . getenv('BENCH_PORT') : 'unix_socket=' . getenv('BENCH_SOCKET');
$handler = new PdoSessionHandler("mysql:$server;dbname=" . getenv('BENCH_DATABASE'), [
    'db_username' => getenv('BENCH_USER'),
    'db_password' => getenv('BENCH_PASSWORD'),
    'db_table' => 'symfony_' . getenv('BENCH_LOCK'),
    'lock_mode' => getenv('BENCH_LOCK') === 'advisory' ? PdoSessionHandler::LOCK_ADVISORY : PdoSessionHandler::LOCK_TRANSACTIONAL,
    'db_connection_options' => [PDO::ATTR_PERSISTENT => (bool) getenv('BENCH_PERSISTENT')],
]);
session_set_save_handler($handler, true);
