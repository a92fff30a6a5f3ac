<?php
/*
 * What the web hosts run with rustsql.lock=merge: adds a key of this request to a session, and says how many it saw.
 *
 *     ?id=...&key=...    the session, and the key
 *     &do=read           only looks, and says which keys there are
 *     &do=destroy        destroys the session
 *     &do=regenerate     goes on with another id, and says which: it has all keys then
 *     &do=revoke         ends the session as a request of another session would, by its mark
 *     &work=2000         microseconds between reading and writing
 */
declare(strict_types=1);

require __DIR__ . '/open.php';

$answer['read'] = count($_SESSION);
// Of the session that this request has read: the same id may begin another one.
$answer['first'] = array_key_first($_SESSION);
usleep((int) ($_GET['work'] ?? 0));
switch ($_GET['do'] ?? '') {
    case 'read':
        $answer['keys'] = array_keys($_SESSION);
        session_abort();
        break;
    case 'destroy':
        session_destroy() || $warnings[] = 'not destroyed';
        break;
    case 'revoke':
        session_abort();
        try {
            RustSql\revoke($_GET['id']);
        } catch (RustSql\Exception $e) {
            $warnings[] = $e->getMessage();
        }
        break;
    case 'regenerate':
        if (!session_regenerate_id(true)) {
            $warnings[] = 'not replaced';
            break;
        }
        $answer['new'] = session_id();
    default:
        RustSql\tag($_GET['id']);
        // Of a length of its own, so that rows grow by different steps.
        $_SESSION[$_GET['key']] = str_repeat('x', crc32($_GET['key']) % 300);
        $answer['n'] = count($_SESSION);
        session_write_close();
}
answer($answer + ['at_write' => $warnings]);
