<?php
// A script with a file name, for tests of the warning that names the holder of a lock.
session_id($argv[1]);
session_start();
fwrite(STDOUT, "started\n");
fgets(STDIN);
