--TEST--
Symfony with handler_id: null: login makes a new id, a flash message is shown once, and logout ends the session
--SKIPIF--
<?php
require __DIR__ . '/../inc/symfony.php';
SymfonySite::skip();
?>
--FILE--
<?php
require __DIR__ . '/../inc/symfony.php';

foreach (SymfonySite::VERSIONS as $version => $folder) {
    foreach (LOCKS as $lock) {
        $site = new SymfonySite($version, $lock, ['rustsql.persistent' => $lock === 'row' ? '1' : '0']);
        echo "Symfony $version, $lock\n";
        echo $site->visit('count'), ' - ', $site->visit('count'), "\n";
        $guest = $site->cookie;
        echo 'login: ', $site->visit('login'), "\n";
        $user = $site->cookie;
        echo 'a new id: ', $user !== $guest ? 'yes' : 'no', ", rows of the old id: {$site->rows($guest)}, of the new one: {$site->rows($user)}\n";
        echo $site->visit('show'), "\n", $site->visit('show'), "\n";
        $site->cookie = $guest;
        echo 'the cookie from before the login: ', $site->visit('show'), ', another id: ', $site->cookie !== $guest ? 'yes' : 'no', "\n";
        $site->cookie = $user;
        echo 'logout: ', $site->visit('logout'), ', another id: ', $site->cookie !== $user ? 'yes' : 'no', ", rows of the old id: {$site->rows($user)}\n";
        $site->cookie = $user;
        echo 'the cookie from before the logout: ', $site->visit('show'), "\n";
        echo $site->log();
    }
}
?>
--EXPECT--
Symfony 5.4, advisory
guest, count 1 - guest, count 2
login: Anna, count 2
a new id: yes, rows of the old id: 0, of the new one: 1
Anna, count 2, message: Welcome
Anna, count 2
the cookie from before the login: guest, count 0, another id: yes
logout: guest, count 0, another id: yes, rows of the old id: 0
the cookie from before the logout: guest, count 0
Symfony 5.4, row
guest, count 1 - guest, count 2
login: Anna, count 2
a new id: yes, rows of the old id: 0, of the new one: 1
Anna, count 2, message: Welcome
Anna, count 2
the cookie from before the login: guest, count 0, another id: yes
logout: guest, count 0, another id: yes, rows of the old id: 0
the cookie from before the logout: guest, count 0
Symfony 6.4, advisory
guest, count 1 - guest, count 2
login: Anna, count 2
a new id: yes, rows of the old id: 0, of the new one: 1
Anna, count 2, message: Welcome
Anna, count 2
the cookie from before the login: guest, count 0, another id: yes
logout: guest, count 0, another id: yes, rows of the old id: 0
the cookie from before the logout: guest, count 0
Symfony 6.4, row
guest, count 1 - guest, count 2
login: Anna, count 2
a new id: yes, rows of the old id: 0, of the new one: 1
Anna, count 2, message: Welcome
Anna, count 2
the cookie from before the login: guest, count 0, another id: yes
logout: guest, count 0, another id: yes, rows of the old id: 0
the cookie from before the logout: guest, count 0
