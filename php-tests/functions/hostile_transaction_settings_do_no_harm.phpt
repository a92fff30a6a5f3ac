--TEST--
No variable of the server that governs transactions, locks, limits or plans changes what a session is
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

$mysql = getenv('RUSTSQL_TEST_FLAVOUR') === 'mysql';
$server = Server::start();
$admin = $server->admin(); // Before the settings: they are not for the test's own look at the server.
$tracked = ['session_track_schema' => 1, 'session_track_state_change' => 1, 'session_track_system_variables' => "'*'", 'session_track_transaction_info' => "'CHARACTERISTICS'"];
$both = [
    'lock_wait_timeout' => 1, 'max_join_size' => 1, 'sql_big_selects' => 0, 'sql_select_limit' => 0, 'sql_safe_updates' => 1,
    'unique_checks' => 0, 'foreign_key_checks' => 0, 'sql_buffer_result' => 1, 'big_tables' => 1, 'low_priority_updates' => 1, 'sql_auto_is_null' => 1,
    'max_error_count' => 0, 'sql_notes' => 0, 'sql_warnings' => 1, 'div_precision_increment' => 0, 'group_concat_max_len' => 4, 'tmp_table_size' => 1024,
    'max_heap_table_size' => 16384, 'sort_buffer_size' => 32768, 'join_buffer_size' => 128, 'max_sort_length' => 64, 'max_length_for_sort_data' => 4,
    'max_seeks_for_key' => 1, 'eq_range_index_dive_limit' => 1, 'optimizer_prune_level' => 0, 'optimizer_search_depth' => 1, 'optimizer_trace' => "'enabled=on'",
    'optimizer_switch' => "'index_merge=off,derived_merge=off,materialization=off,mrr_cost_based=off,semijoin=off'",
    'time_zone' => "'-11:00'", 'lc_time_names' => "'de_DE'", 'net_buffer_length' => 1024, 'default_week_format' => 7, 'profiling' => 1, 'innodb_strict_mode' => 0, 'innodb_table_locks' => 0,
    'updatable_views_with_limit' => 0, 'old_alter_table' => 1, 'explicit_defaults_for_timestamp' => 0, 'auto_increment_increment' => 9, 'query_prealloc_size' => 8192, 'range_alloc_block_size' => 4096,
    'default_storage_engine' => "'MEMORY'", 'default_tmp_storage_engine' => "'MEMORY'",
] + $tracked;
$one = $mysql ? [
    'transaction_read_only' => 1, 'range_optimizer_max_mem_size' => 1, 'parser_max_mem_size' => 10000000, 'cte_max_recursion_depth' => 0, 'optimizer_max_subgraph_pairs' => 1,
    'set_operations_buffer_size' => 16384, 'internal_tmp_mem_storage_engine' => "'MEMORY'", 'session_track_gtids' => "'OWN_GTID'", 'sql_generate_invisible_primary_key' => 1, 'sql_require_primary_key' => 1,
    'secondary_engine_cost_threshold' => 0, 'show_create_table_verbosity' => 1, 'end_markers_in_json' => 1, 'information_schema_stats_expiry' => 0, 'windowing_use_high_precision' => 0, 'print_identified_with_as_hex' => 1,
] : [
    'tx_read_only' => 1, 'idle_transaction_timeout' => 1, 'idle_write_transaction_timeout' => 1, 'idle_readonly_transaction_timeout' => 1, 'system_versioning_asof' => "'2020-01-01 00:00:00'",
    'system_versioning_alter_history' => "'KEEP'", 'innodb_snapshot_isolation' => 1, 'query_cache_size' => 1 << 20, 'query_cache_type' => 1, 'query_cache_wlock_invalidate' => 1, 'max_session_mem_used' => 2000000, 'join_cache_level' => 0,
    'optimizer_max_sel_args' => 0, 'optimizer_max_sel_arg_weight' => 0, 'optimizer_use_condition_selectivity' => 1, 'use_stat_tables' => "'NEVER'", 'sql_if_exists' => 1, 'check_constraint_checks' => 0, 'column_compression_threshold' => 0,
    'in_predicate_conversion_threshold' => 1, 'max_rowid_filter_size' => 1024, 'max_tmp_tables' => 1, 'old' => 1, 'old_mode' => "'NO_PROGRESS_INFO,ZERO_DATE_TIME_CAST'", 'sql_mode' => "'ORACLE,EMPTY_STRING_IS_NULL,TIME_ROUND_FRACTIONAL'",
    'progress_report_time' => 1, 'alter_algorithm' => "'INSTANT'", 'log_slow_verbosity' => "'full'", 'innodb_compression_default' => 1, 'standard_compliant_cte' => 0, 'wsrep_retry_autocommit' => 5, 'wsrep_osu_method' => "'RSU'",
    'max_tmp_session_space_usage' => 65536, 'new_mode' => "'FIX_DISK_TMPTABLE_COSTS'", 'default_regex_flags' => "'EXTENDED'", 'transaction_prealloc_size' => 1024,
];
foreach ($both + $one as $name => $value) {
    try {
        $server->query("SET GLOBAL $name = $value");
    } catch (mysqli_sql_exception $e) {
        // MariaDB 11.8 has some no more, and others have those of 11.8 not yet.
        check($e->getCode() === 1193 && in_array($name, ['old_alter_table', 'max_tmp_tables', 'max_tmp_session_space_usage', 'new_mode']), $name, $e->getMessage());
    }
}
foreach (['CHAIN', 'RELEASE'] as $completion) {
    $server->query("SET GLOBAL completion_type = '$completion'");
    foreach ([0, 1] as $persistent) {
        foreach (each_lock($server, ['persistent' => $persistent]) as $lock => $table) {
            $case = "completion_type=$completion, persistent=$persistent, $lock";
            same('n|i:1;', $table->request('abc', fn () => [$_SESSION['n'] = 1, session_encode()][1]), "$case: the first write makes the table");
            same('n|i:1;', $table->row('abc')['data'] ?? null, "$case: stored");
            $table->addExpired(130);
            same(130, $table->request('abc', fn () => session_gc()), "$case: session_gc()");
            $table->addExpired(10);
            for ($n = 2; $n <= 4; $n++) {
                $table->request('abc', fn () => $_SESSION['n'] = $n, ['gc_probability' => $n == 2 ? 1 : 0, 'gc_divisor' => 1]);
                same("n|i:$n;", $table->row('abc')['data'] ?? null, "$case: write $n");
                same(1, $table->count(), "$case: rows after write $n");
            }
            same(['n' => 4], $table->request('abc'), "$case: read");
            same(['n' => 4], $table->request('abc', null, ['read_and_close' => true]), "$case: read without a lock");
            $new = $table->request('abc', fn () => session_regenerate_id(true) ? session_id() : '');
            same([null, 'n|i:4;'], [$table->row('abc'), $table->row($new)['data'] ?? null], "$case: regenerated");
            $table->request($new, fn () => session_destroy());
            same(null, $table->row($new), "$case: destroyed");
            if (!$mysql) {
                $server->query("ALTER TABLE app.$table->name ADD SYSTEM VERSIONING");
                $table->request('abc', fn () => $_SESSION['n'] = 5);
                same(['n' => 5], $table->request('abc'), "$case: a table that keeps its history");
            }
        }
    }
}
$server->query("GRANT PROCESS ON *.* TO 'app'@'%'"); // Who holds a row is told by the time since when.
// A request that leaves the server alone for longer than any of its limits still has its lock.
$holders = [];
foreach (each_lock($server) as $lock => $table) {
    $table->request('q', fn () => $_SESSION['n'] = 1);
    $holders[$lock] = php_start('session_id("q"); session_start(); echo "locked\n"; fgets(STDIN); $_SESSION["n"]++; session_write_close(); echo "wrote\n";', $table->ini());
    same('locked', $holders[$lock]->readLine(), "$lock: the holder");
    $tables[$lock] = $table;
}
$started = hrtime(true);
Server::waitFor(fn () => hrtime(true) - $started > 2.3e9);
foreach ($holders as $lock => $holder) {
    same(null, $tables[$lock]->request('q', null, [], ['lock_timeout' => 0]), "$lock: still locked");
    one_warning(['locked by another request', 'held by connection'], warnings(), "$lock: still locked");
    $holder->write("\n");
    same("wrote\n", $holder->wait()['out'], "$lock: the holder's end");
    same('n|i:2;', $tables[$lock]->row('q')['data'], "$lock: what it wrote");
}
same([], warnings(), 'warnings');
echo "done\n";
--EXPECT--
done
