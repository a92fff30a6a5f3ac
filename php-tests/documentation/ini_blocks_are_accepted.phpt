--TEST--
PHP accepts each ini block of the documentation, and a session works with it
--FILE--
<?php
require __DIR__ . '/../inc/documentation.php';

putenv('HANDLER_INI');
$ini = new IniBlocks;
foreach (documented('ini') as $block) {
    same('', $ini->problem($block->text), $block->place);
}

// What is wrong is noticed.
same('unknown: rustsql.lock_timout', $ini->problem('rustsql.lock_timout = 3'), 'a name');
has("'none' is not accepted", $ini->problem('rustsql.lock = "none"'), 'a value');
has('php.ini cuts a value', $ini->problem('rustsql.dsn = mysql://app:se;cret@db1/app'), 'a DSN without quotes');
has("unknown parameter 'lock_timout'", $ini->problem('rustsql.dsn = "mysql://app:secret@db1/app?lock_timout=3"'), 'a parameter');
has('refuses the login', $ini->problem('rustsql.dsn = "mysql://app:other@db1/app"'), 'a password');
has('syntax error', $ini->problem('rustsql.dsn = "mysql://app:secret@db1/app'), 'a quote');
echo "done\n";
--EXPECT--
done
