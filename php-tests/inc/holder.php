<?php
// A script with a name, for tests of what is told about whoever holds a session.
session_id($argv[1]);
session_start();
fwrite(STDOUT, "started\n");
fgets(STDIN);
