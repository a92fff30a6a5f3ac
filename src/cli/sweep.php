<?php
/*
 * What `rustsql sweep` runs in PHP: it starts each session of the old save handler once, so that it moves. Called by sweep.rs, which
 * reads the lines of JSON that it prints. No line has a session id in it.
 *
 * PHP decodes no session here: Visit gives the bytes from the read to the write. So the application's classes are not needed.
 */

final class Visit extends SessionHandler
{
    public string $data = '';

    public function read(string $id): string|false
    {
        $data = parent::read($id);
        $this->data = (string) $data;
        return $data === false ? false : '';
    }

    public function write(string $id, string $data): bool
    {
        return parent::write($id, $this->data);
    }
}

function say(array $line): void
{
    // Not by echo, after which PHP starts no session. If the command has ended, so does this.
    $written = @fwrite(STDOUT, json_encode($line, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES) . "\n");
    $written !== false || exit;
}

function give_up(string $reason): never
{
    say(['error' => $reason]);
    exit;
}

/** The sessions below a folder of the handler `files`. @return iterable<string, string> path => session id */
function of_files(string $folder, int $depth): iterable
{
    $names = @scandir($folder, SCANDIR_SORT_NONE);
    if ($names === false) {
        give_up("the folder $folder cannot be read by user " . posix_user() . '; run this as the user of the web server');
    }
    foreach ($names as $name) {
        $path = "$folder/$name";
        if ($depth > 0 && preg_match('~^[a-zA-Z0-9,-]$~D', $name) && is_dir($path)) {
            yield from of_files($path, $depth - 1);
        } elseif ($depth === 0 && preg_match('~^sess_([a-zA-Z0-9,-]{1,256})$~D', $name, $id)) {
            yield $path => $id[1];
        }
    }
}

/** Sets when a file was last used. touch() alone would create one that a visitor has just moved. */
function set_used(string $path, int $time): void
{
    $file = @fopen($path, 'r+');
    $is = $file ? fstat($file) : null;
    foreach ($file ? scandir('/proc/self/fd') : [] as $number) {
        $open = @stat("/proc/self/fd/$number");
        if ($open && [$open['dev'], $open['ino']] === [$is['dev'], $is['ino']]) {
            @touch("/proc/self/fd/$number", $time);
            return;
        }
    }
}

function posix_user(): string
{
    return function_exists('posix_getpwuid') ? posix_getpwuid(posix_geteuid())['name'] ?? '?' : get_current_user();
}

/** The servers of php-redis's save path. @return list<array{Redis, string}> each with the prefix of its keys */
function redis_servers(string $path): array
{
    if (!class_exists('Redis')) {
        give_up('the extension redis is not loaded in PHP for the command line');
    }
    $servers = [];
    foreach (preg_split('~[\s,]+~', $path, 0, PREG_SPLIT_NO_EMPTY) as $url) {
        parse_str((string) parse_url(preg_replace('~^unix://~', 'file://', $url), PHP_URL_QUERY), $options);
        $redis = new Redis;
        try {
            if (str_starts_with($url, 'tcp://') && $where = parse_url($url)) {
                $redis->connect($where['host'], $where['port'] ?? 6379, (float) ($options['timeout'] ?? 5));
            } else {
                $redis->connect(preg_replace('~^unix://|\?.*~', '', $url));
            }
            isset($options['auth']) && $redis->auth($options['auth']);
            isset($options['database']) && $redis->select((int) $options['database']);
        } catch (RedisException $error) {
            give_up('cannot connect to Redis: ' . $error->getMessage());
        }
        $servers[] = [$redis, $options['prefix'] ?? 'PHPREDIS_SESSION:'];
    }
    return $servers;
}

/** @return iterable<string, string> key => session id */
function of_redis(Redis $redis, string $prefix): iterable
{
    $redis->setOption(Redis::OPT_SCAN, Redis::SCAN_RETRY);
    $pattern = addcslashes($prefix, '*?[]\\') . '*';
    $at = null;
    while ($keys = $redis->scan($at, $pattern, 1000)) {
        foreach ($keys as $key) {
            $id = substr($key, strlen($prefix));
            if (preg_match('~^[a-zA-Z0-9,-]{1,256}$~D', $id)) {
                yield $key => $id;
            }
        }
    }
}

if (!extension_loaded('rustsql')) {
    give_up('PHP for the command line does not load the extension rustsql; name a PHP that does with --php');
}
$from = strtolower(ini_get('rustsql.migrate_from'));
$path = ini_get('rustsql.migrate_path') ?: ini_get('session.save_path');
$lifetime = (int) ini_get('session.gc_maxlifetime') ?: 1440;
$sessions = [];
if ($from === '') {
    give_up('rustsql.migrate_from is not set; set it in php.ini, or with -d rustsql.migrate_from=files');
} elseif (ini_get('rustsql.read_only')) {
    give_up('rustsql.read_only is on, so nothing can move');
} elseif ($from === 'files') {
    $parts = explode(';', $path, 3);
    foreach (of_files(end($parts) ?: sys_get_temp_dir(), count($parts) > 1 ? (int) $parts[0] : 0) as $file => $id) {
        $sessions[$id] = $file;
    }
} elseif ($from === 'redis') {
    foreach (redis_servers($path) as [$redis, $prefix]) {
        foreach (of_redis($redis, $prefix) as $key => $id) {
            $sessions[$id] = [$redis, $key];
        }
    }
} else {
    give_up("the sessions of $from cannot be listed; they move when their visitors come back, and the others expire");
}

foreach (['session.use_cookies' => 0, 'session.use_only_cookies' => 0, 'session.cache_limiter' => '', 'session.gc_probability' => 0,
    'session.use_strict_mode' => 0, 'session.lazy_write' => 0, 'session.save_handler' => 'rustsql'] as $name => $value) {
    ini_set($name, (string) $value);
}
$visit = new Visit;
session_set_save_handler($visit, false);
$said = [];
set_error_handler(function (int $level, string $text) use (&$said): bool {
    if (error_reporting() & $level) { // not those of @
        $said[] = $text;
    }
    return true;
});

$count = ['total' => count($sessions), 'moved' => 0, 'already' => 0, 'expired' => 0, 'refused' => 0];
$reasons = [];
$told = 0;
foreach ($sessions as $id => $where) {
    $id = (string) $id; // an array makes a number of digits
    $said = [];
    clearstatcache();
    $file = is_string($where) ? @lstat($where) : false;
    $used = $file ? $file['mtime'] : null;
    $is_ours = $file && ($file['mode'] & 0170000) === 0100000; // a regular file, no link
    // The seconds that it has left. -2: it is gone; -1: it never expires.
    $left = match (true) {
        !is_string($where) => $where[0]->ttl($where[1]),
        $used === null => -2,
        default => max(0, $used + $lifetime - time()),
    };
    if ($left === -2 || $left === 0) {
        $count[$left === 0 ? 'expired' : 'already']++;
        continue;
    }
    // It gets no longer life. rustsql compares the age of a file with this setting, too.
    ini_set('session.gc_maxlifetime', (string) ($left === -1 ? $lifetime : $left));
    $is_ours && set_used($where, time());
    session_id($id);
    $outcome = 'refused';
    if (session_start()) {
        if ((RustSql\status()['version'] ?? null) !== null) {
            $outcome = 'already';
            session_abort();
        } elseif ($visit->data === '') {
            $outcome = 'expired';
            session_abort();
        } else {
            session_write_close();
            $outcome = $said ? 'refused' : 'moved';
        }
    }
    if ($outcome !== 'moved' && $is_ours) {
        set_used($where, $used);
    }
    $count[$outcome]++;
    if ($outcome === 'refused') {
        $own = current(preg_grep('~rustsql: ~', $said)) ?: 'PHP could not start it';
        $reason = str_replace($id, '***', preg_replace('~^.*?rustsql: ~s', '', $own));
        $reasons[$reason] = 1 + ($reasons[$reason] ?? 0);
    }
    if (($now = hrtime(true)) - $told > 1e8) {
        $told = $now;
        say($count);
    }
}
arsort($reasons);
say($count + ['reasons' => array_slice($reasons, 0, 20, true) ?: new stdClass]);
