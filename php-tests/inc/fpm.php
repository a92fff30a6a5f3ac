<?php
/* PHP-FPM as a web host: see web_host.php. */

require_once __DIR__ . '/web_host.php';

final class Fpm extends WebHost
{
    public static function skip(): void
    {
        if (!getenv('FPM')) {
            echo 'skip there is no PHP-FPM for this PHP';
        }
    }

    /** @param array<string, string> $pool settings of the pool, as pm.max_children: one worker, unless it says otherwise */
    public function __construct(Session $session, array $ini = [], array $pool = [], array $global = [])
    {
        parent::__construct($session);
        $lines = fn (array $settings) => array_map(fn ($key, $value) => "$key = $value", array_keys($settings), $settings);
        file_put_contents("$this->folder/fpm.conf", implode("\n", [
            '[global]', ...$lines($global + ['daemonize' => 'no', 'error_log' => "$this->folder/fpm.log"]),
            '[www]', ...$lines($pool + ['listen' => "$this->folder/sock", 'clear_env' => 'no', 'pm' => 'static', 'pm.max_children' => '1']),
        ]) . "\n");
        $command = php_command($ini + $session->ini);
        $command[0] = getenv('FPM');
        $this->launch([...$command, '--nodaemonize', '--fpm-config', "$this->folder/fpm.conf", ...(posix_geteuid() === 0 ? ['-R'] : [])],
            str_contains($command[0], '/target/packages/') ? ['LD_LIBRARY_PATH' => unpacked_libraries()] : []);
    }

    /** @param array<string, string> $variables that a web server passes on, such as HTTP_COOKIE */
    public function pass(string $page, array $variables): FastCgiRequest
    {
        return new FastCgiRequest("$this->folder/sock", $page, '', $variables);
    }

    protected function request(string $page): WebRequest
    {
        return new FastCgiRequest("$this->folder/sock", "$this->folder/$page");
    }
}
