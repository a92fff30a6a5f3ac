--TEST--
Symfony: a visitor whose session cannot be locked in time sees an error page, keeps the cookie, and the next request has the session; a handler whose read cannot fail logs the visitor out
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/symfony.php';

foreach (SymfonySite::VERSIONS as $version => $folder) {
    foreach (['', 'SessionHandler', 'OlderStrictSessionHandler'] as $handler) {
        echo "Symfony $version, ", $handler ?: 'handler_id: null', "\n";
        $site = new SymfonySite($version, 'advisory', ['rustsql.lock_timeout' => '0.1'], 1, $handler);
        $site->visit('login');
        $cookie = $site->cookie;
        $holder = $site->session->hold('', [], $cookie);
        echo $site->visit('count'), "\n";
        echo 'the cookie is the same: ', $site->cookie === $cookie ? 'yes' : 'no', ", sessions stored: {$site->rows()}\n";
        $site->session->finish($holder);
        echo $site->visit('count'), "\n";
        echo preg_replace('~waited .*~', 'waited ...', $site->log());
    }
}
?>
--EXPECT--
Symfony 5.4, handler_id: null
error page: Failed to start the session.
the cookie is the same: yes, sessions stored: 1
Anna, count 1
Warning: rustsql: the session is locked by another request: waited ...
Symfony 5.4, SessionHandler
error page: Failed to start the session.
the cookie is the same: yes, sessions stored: 1
Anna, count 1
Warning: rustsql: the session is locked by another request: waited ...
Symfony 5.4, OlderStrictSessionHandler
guest, count 1
the cookie is the same: no, sessions stored: 2
guest, count 2
Warning: rustsql: the session is locked by another request: waited ...
Symfony 6.4, handler_id: null
error page: Failed to start the session.
the cookie is the same: yes, sessions stored: 1
Anna, count 1
Warning: rustsql: the session is locked by another request: waited ...
Symfony 6.4, SessionHandler
error page: Failed to start the session.
the cookie is the same: yes, sessions stored: 1
Anna, count 1
Warning: rustsql: the session is locked by another request: waited ...
Symfony 6.4, OlderStrictSessionHandler
guest, count 1
the cookie is the same: no, sessions stored: 2
guest, count 2
Warning: rustsql: the session is locked by another request: waited ...
