<?php
/*
 * Who competes: how each keeps sessions, as ini settings and environment of a pool of PHP-FPM. The peers are set up as their
 * manuals say; what is not said here is at its default.
 *
 * Names are made of parts: `-kept` keeps its connection from request to request, `-tcp` goes over TCP where the others use a
 * Unix socket, `-mysql` has MySQL instead of MariaDB, `-flush1` a server that flushes at each commit, `-pipelined` sends its first packet with
 * the login, `-noecho` does not ask Redis on each use whether a kept connection is alive, `-tls` is encrypted.
 */
declare(strict_types=1);

final class Contestant
{
    /**
     * @param array<string, string> $ini
     * @param list<string> $modules extensions beside those that every pool has
     * @param string $server whose CPU is counted as the server's: a key of Stack::$servers, '' for none
     * @param array<string, string> $environment
     */
    public function __construct(public readonly string $name, public readonly array $ini, public readonly array $modules,
        public readonly string $server = '', public readonly array $environment = [])
    {
    }

    public static function make(string $name, Stack $stack, ?string $host = null): self
    {
        $parts = explode('-', $name);
        $host ??= in_array('tcp', $parts, true) ? '127.0.0.1' : null;
        $has = fn (string $part): bool => in_array($part, $parts, true);
        $kept = $has('kept');
        $server = ($has('mysql') ? 'mysql' : 'mariadb') . ($has('slow') ? '-slow' : ($has('flush1') ? '-flush1' : ''));
        $server = $has('collecting') ? 'table' : $server;
        $database = fn (string $handler, array $more = []): array => [
            'BENCH_HANDLER' => $handler, 'BENCH_USER' => Server::USER,
            'BENCH_PASSWORD' => Server::PASSWORD, 'BENCH_DATABASE' => Server::DATABASE, 'BENCH_PERSISTENT' => $kept ? '1' : '',
        ] + ($host ? ['BENCH_HOST' => $host, 'BENCH_PORT' => (string) $stack->database($server)->port] : ['BENCH_SOCKET' => $stack->database($server)->socket]) + $more;
        return match ($parts[0]) {
            'files' => new self($name, ['session.save_handler' => 'files', 'session.save_path' => Stack::folder('files')], []),
            'redis' => new self($name, [
                'session.save_handler' => 'redis',
                'session.save_path' => ($host ? "tcp://$host:$stack->redisPort" : "unix://$stack->redisSocket") . ($kept ? '?persistent=1' : ''),
                'redis.session.locking_enabled' => '1',
                // As tuned: a poll each 2 ms, for 60 seconds.
            ] + ($has('noecho') ? ['redis.pconnect.echo_check_liveness' => '0'] : []) + ($has('default') ? [] : ['redis.session.lock_wait_time' => '2000', 'redis.session.lock_retries' => '30000']),
                ['igbinary', 'redis'], 'redis'),
            'memcached' => new self($name, [
                'session.save_handler' => 'memcached', 'session.save_path' => $host ? "$host:$stack->memcachedPort" : $stack->memcachedSocket, 'memcached.sess_persistent' => $kept ? '1' : '0',
            ], ['igbinary', 'msgpack', 'memcached'], 'memcached'),
            'symfony' => new self($name, [], ['pdo', 'mysqlnd', 'pdo_mysql'], $server,
                $database('symfony', ['BENCH_LOCK' => $has('advisory') ? 'advisory' : 'transactional'])),
            'mysqli' => new self($name, [], ['mysqlnd', 'mysqli'], $server, $database('mysqli')),
            'twopackets' => new self($name, [], ['mysqlnd', 'mysqli'], $server, $database('two_packets')),
            'rustsql' => new self($name, [
                'session.save_handler' => 'rustsql',
                'rustsql.dsn' => $host ? $stack->database($server)->dsn('', ['host' => $host]) : $stack->database($server)->socketDsn(),
                // By default it encrypts what leaves the machine, if the server can. The others do not.
                'rustsql.tls' => $has('tls') ? 'required' : 'disabled',
            ] + ($has('pipelined') ? ['rustsql.pipelined_login' => '1'] : []) + ($has('row') ? ['rustsql.lock' => 'row'] : []) + ($has('merge') ? ['rustsql.lock' => 'merge'] : []) + ($has('collecting') ? ['rustsql.table' => 'collecting'] : []) + ($kept ? ['rustsql.persistent' => '1'] : []),
                [php_extension_file()], $server),
        };
    }
}
