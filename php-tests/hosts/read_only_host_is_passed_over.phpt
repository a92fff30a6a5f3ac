--TEST--
A read-only host is skipped; if all are read-only, the warning names each; rustsql.read_only=1 reads there
--FILE--
<?php
require __DIR__ . '/../inc/hosts.php';

foreach (LOCKS as $lock) {
    $pair = new Pair($lock);
    $session = $pair->session;
    $increment = 'if (session_start()) { $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo RustSql\status()["host"], " ", $_SESSION["n"]; }';
    echo "$lock\n  both: ", $pair->name($session->run($increment));
    $pair->copy();
    $pair->a->query('SET GLOBAL read_only = 1');
    echo '  A takes no writes: ', $pair->name($session->run($increment));
    echo '  strict mode: ', $pair->name($session->run("ini_set('session.use_strict_mode', 1); $increment"));
    // A replica as a host of its own.
    echo '  alone: ', $pair->name($pair->on($pair->a, $increment));
    $pair->b->query('SET GLOBAL read_only = 1');
    echo '  none takes them: ', $pair->name($session->run($increment));
    echo '  strict mode: ', $pair->name($session->run("ini_set('session.use_strict_mode', 1); $increment"));
    echo '  read_only=1: ', $pair->name($session->run("ini_set('rustsql.read_only', 1); $increment"));
    $pair->a->kill();
    echo '  and A is down: ', $pair->name($session->run($increment));
    echo '  read_only=1: ', $pair->name($session->run("ini_set('rustsql.read_only', 1); $increment"));
    echo "  stored on B: ", $pair->stored($pair->b), "\n";
    $pair->b->query('SET GLOBAL read_only = 0');
    echo '  B takes writes again: ', $pair->name($session->run($increment));
}
?>
--EXPECTF--
advisory
  both: A 1
  A takes no writes: B 2
  strict mode: B 3
  alone: Warning: rustsql: A takes no writes: read_only or innodb_read_only is on; point rustsql.dsn at the primary
  none takes them: Warning: rustsql: no host can be used: A takes no writes: read_only or innodb_read_only is on%S; B takes no writes: read_only or innodb_read_only is on%S
  strict mode: Warning: rustsql: no host can be used: A takes no writes: read_only or innodb_read_only is on%S; B takes no writes: read_only or innodb_read_only is on%S
  read_only=1: A 2
  and A is down: Warning: rustsql: no host can be used: cannot connect to A: %sonnection refused%S; B takes no writes: read_only or innodb_read_only is on%S
  read_only=1: B 4
  stored on B: n|i:3;
  B takes writes again: B 4
row
  both: A 1
  A takes no writes: B 2
  strict mode: B 3
  alone: Warning: rustsql: A takes no writes: read_only or innodb_read_only is on; point rustsql.dsn at the primary
  none takes them: Warning: rustsql: no host can be used: A takes no writes: read_only or innodb_read_only is on%S; B takes no writes: read_only or innodb_read_only is on%S
  strict mode: Warning: rustsql: no host can be used: A takes no writes: read_only or innodb_read_only is on%S; B takes no writes: read_only or innodb_read_only is on%S
  read_only=1: A 2
  and A is down: Warning: rustsql: no host can be used: cannot connect to A: %sonnection refused%S; B takes no writes: read_only or innodb_read_only is on%S
  read_only=1: B 4
  stored on B: n|i:3;
  B takes writes again: B 4
