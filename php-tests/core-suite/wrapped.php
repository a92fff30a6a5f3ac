<?php
/*
 * The auto_prepend_file of `tools/core-suite --wrapped`: the save handler behind PHP's SessionHandler class, as
 * Symfony and Magento use it. In a function, so that no variable of ours is in the tests' global scope.
 */
(function () {
    // session.auto_start and upload progress have opened the session by now; and where a test decides whether it
    // is to be skipped, php-cgi counts its headers as sent.
    if (session_status() === PHP_SESSION_NONE && !headers_sent() && ini_get('session.save_handler') !== 'user') {
        session_set_save_handler(new SessionHandler, true);
    }
})();
