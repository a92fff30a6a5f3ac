<?php
/*
 * What tests of TLS share: servers with and without it, and what a session start comes to.
 */

require_once __DIR__ . '/table.php';
require_once __DIR__ . '/certificates.php';

/** An address of this machine that does not count as loopback, where `preferred` stays plain. */
const NO_LOOPBACK = '0.0.0.0';

/** A server that offers no TLS. */
function server_without_tls(): Server
{
    $flavour = getenv('RUSTSQL_TEST_FLAVOUR') ?: 'mariadb';
    return Server::start($flavour, $flavour === 'mysql' ? ['tls_version' => ''] : ['skip_ssl' => null]);
}

/** Makes a server use other files from now on. They are copied over those that it was started with. */
function use_certificate(Server $server, CertificateFiles $its, CertificateFiles $new): void
{
    copy($new->certificate, $its->certificate);
    copy($new->key, $its->key);
    try {
        $server->query($server->flavour === 'mysql' ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL');
    } catch (mysqli_sql_exception) {
        // MySQL checks the certificate before it takes it, but not when it starts.
        $server->restart();
    }
}

/** How many TLS handshakes the server has finished. */
function handshakes(Server $server): int
{
    return (int) $server->query("SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'")[0]['Value'];
}

/**
 * Starts a session and closes it. Returns 'tls' or 'plain', or our warning without the prefix.
 *
 * @param array<string, string> $params of the DSN
 * @param array<string, string|int> $override of the DSN, as in Server::dsn()
 */
function outcome(Server $server, string $table, string $host, array $params, array $override = []): string
{
    $before = handshakes($server);
    warnings();
    $query = http_build_query($params + ['table' => $table], '', '&', PHP_QUERY_RFC3986);
    session_save_path($server->dsn($query, ['host' => $host] + $override));
    session_id('abc');
    if (!session_start()) {
        return substr(ours()[0] ?? 'no warning', strlen('rustsql: '));
    }
    session_write_close();
    return handshakes($server) > $before ? 'tls' : 'plain';
}
