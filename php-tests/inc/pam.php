<?php
/*
 * A MariaDB whose account `token` has no password of its own: the server asks PAM, which compares what it gets with the file
 * `$pam->token`. So do the services that take tokens.
 *
 * The configuration of PAM is this test's own: it is mounted where only the test and its children see it, which needs root.
 */

require_once __DIR__ . '/logins.php';

final class Pam
{
    public readonly Logins $logins;
    /** The file with the token that is valid. */
    public readonly string $token;

    /** For --SKIPIF--. */
    public static function skip(): void
    {
        $plugins = Logins::plugins();
        if (getenv('RUSTSQL_TEST_FLAVOUR') !== 'mariadb' || !file_exists(($plugins['plugin_dir'] ?? '') . '/auth_pam_v1.so')) {
            echo 'skip the server has no PAM that fits this machine';
        } elseif (!glob('/{usr/,}lib/*/security/pam_exec.so', GLOB_BRACE)) {
            echo 'skip there is no pam_exec';
        } elseif (!function_exists('pcntl_unshare') || posix_geteuid() !== 0 || !@pcntl_unshare(CLONE_NEWNS)) {
            echo 'skip no name space for mounts can be made here';
        }
    }

    public function __construct()
    {
        $folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        mkdir($folder);
        $owner = getmypid();
        register_shutdown_function(fn () => getmypid() === $owner && exec('umount /etc/pam.d; rm -r ' . escapeshellarg($folder)));
        pcntl_unshare(CLONE_NEWNS) && exec("mount --make-rprivate / && mount --bind $folder /etc/pam.d 2>&1", $output, $status);
        if ($status ?? 1) {
            throw new RuntimeException('no configuration of PAM: ' . implode(' ', $output ?? []));
        }
        $this->token = "$folder/token";
        file_put_contents("$folder/check", "#!/bin/sh\nread -r password\n[ \"\$password\" = \"\$(cat $this->token)\" ]\n");
        chmod("$folder/check", 0755);
        file_put_contents("$folder/rustsql", "auth required pam_exec.so expose_authtok quiet $folder/check\naccount required pam_permit.so\n");
        $this->logins = new Logins(['pam_use_cleartext_plugin' => 'ON', 'plugin_load_add' => 'auth_pam_v1']);
        $this->logins->account('token', "IDENTIFIED VIA pam USING 'rustsql'");
    }
}
