<?php
/*
 * Servers that know every authentication plugin, and logins on every way to them.
 *
 *     $logins = new Logins;
 *     $logins->account('native', "IDENTIFIED VIA mysql_native_password USING PASSWORD('its-secret')");
 *     echo $logins->outcome('native', 'TLS');        'in', or our warning
 */

require_once __DIR__ . '/table.php';
require_once __DIR__ . '/certificates.php';

final class Logins
{
    public const PASSWORD = 'its-secret';
    /** The ways to a server, from the one that hides most. */
    public const WAYS = ['socket', 'verified', 'TLS', 'plain'];

    public readonly Server $server;
    public readonly CertificateFiles $authority;
    public readonly Certificates $certificates;
    public readonly string $table;

    public function __construct(array $options = [])
    {
        $this->certificates = new Certificates;
        $this->authority = $this->certificates->authority('ca');
        $its = $this->certificates->make('localhost', $this->authority, ['DNS:localhost'], algorithm: 'RSA');
        $this->server = Server::start(null, $options + $its->server() + self::plugins());
        $this->table = $this->server->freshTable();
    }

    /** The options by which a server loads its plugins. */
    public static function plugins(): array
    {
        $flavour = getenv('RUSTSQL_TEST_FLAVOUR') ?: 'mariadb';
        $folder = dirname(__DIR__, 2) . "/target/mariadb-plugins/$flavour";
        return match (true) {
            $flavour === 'mysql' => ['plugin_load_add' => 'auth_socket.so'],
            !is_dir($folder) => [],
            default => ['plugin_dir' => $folder, 'plugin_load_add' => implode(';', array_filter(['auth_ed25519', 'auth_parsec'],
                fn ($name) => file_exists("$folder/$name.so")))],
        };
    }

    public static function skip(string $plugin): void
    {
        if (!str_contains(self::plugins()['plugin_load_add'] ?? '', $plugin)) {
            echo "skip the server has no $plugin: see tools/fetch-mariadb-plugins";
        }
    }

    public function account(string $user, string $identified): void
    {
        $this->server->query("CREATE USER '$user'@'%' $identified");
        $this->server->query("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON app.* TO '$user'@'%'");
    }

    /** The settings of a login on this way. `$params` are of the DSN. */
    public function ini(string $user, string $way, array $params = [], ?string $password = self::PASSWORD): array
    {
        $params += match ($way) {
            'socket' => ['socket' => $this->server->socket],
            'verified' => ['tls' => 'verify_identity', 'tls_ca' => $this->authority->certificate],
            'TLS' => ['tls' => 'required'],
            'plain' => ['tls' => 'disabled'],
            'default' => [],
        };
        $account = rawurlencode($user) . ($password === null ? '' : ':' . rawurlencode($password));
        $host = $way === 'socket' ? 'localhost' : "localhost:{$this->server->port}";
        return ['rustsql.dsn' => "mysql://$account@$host/app?" . http_build_query($params, '', '&', PHP_QUERY_RFC3986), 'rustsql.table' => $this->table, 'rustsql.connect_timeout' => '30'];
    }

    /** 'in' if a session can be written, else our warning. Each is a new process, so that it logs in anew. */
    public function outcome(string $user, string $way, array $params = [], array $ini = [], ?string $password = self::PASSWORD): string
    {
        $code = 'session_id("abc"); if (session_start()) { $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); echo "in"; }';
        $out = php_run($code, $ini + $this->ini($user, $way, $params, $password))['out'];
        check(!str_contains($out, 'secret'), "$user, $way: nothing secret", $out);
        return $out === 'in' ? $out : ours($out)[0] ?? $out;
    }
}
