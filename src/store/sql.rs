//! The statements, as text that both servers take.
//!
//! `/*M!…*/` is read by MariaDB alone, `/*!50708 …*/` by MySQL alone (MariaDB passes over 50700 to 50999):
//! so the first packet needs no look at the server first.

use std::time::Duration;

use super::{Expected, Expiry, Version, Write};
use crate::db::server::{Quirks, SessionVariables};
use crate::db::statement::{Statement, Value};
use crate::envelope;
use crate::session_id::SessionKey;

/// `innodb_read_only` alone is what a reader of Aurora has.
pub const IS_READ_ONLY: &str = "IF(@@global.innodb_read_only,1,@@global.read_only)";

/// What the account or the server may have set otherwise. SET comes first: proxies that split reads from writes
/// send a packet that begins with SELECT to a replica.
///
/// Set, since another value changes what our statements do:
///
/// | variable | otherwise |
/// |---|---|
/// | `autocommit`, `completion_type`, isolation, read-only transactions | writes are not committed, end the connection, are refused; reads are stale |
/// | `wait_timeout`, `idle_*transaction_timeout` | the lock ends with the connection after a second |
/// | `innodb_lock_wait_timeout`, `lock_wait_timeout`, `max_statement_time`, `max_execution_time` | a wait for a lock ends early, or goes on without its client |
/// | `sql_mode`, character sets | data is cut to fit its column, or changed; see `changed_variables` |
/// | `sql_select_limit`, `sql_big_selects` (`max_join_size`), `max_session_mem_used` | statements find nothing or are refused |
/// | `range_optimizer_max_mem_size` | the table is scanned, and waits for rows of others |
/// | `system_versioning_asof` | a table with SYSTEM VERSIONING is read as it was |
/// | `wsrep_sync_wait`, `wsrep_dirty_reads`, `wsrep_osu_method` | a node of Galera reads old data, or makes the table for itself alone |
///
/// The other session variables of MariaDB 10.11 and 11.8 and MySQL 9.7 are left as they are:
/// - What plans, sorts, caches, counts, logs, tracks or warns does no harm, nor does what speaks of other engines, ALTER,
///   weeks, AUTO_INCREMENT or constraints: `hostile_transaction_settings_do_no_harm.phpt` has them at their worst.
///   `innodb_snapshot_isolation` counts from REPEATABLE READ on.
/// - `time_zone` is set where `lock::holder` compares times: MySQL takes 0.1 ms for it.
/// - `max_allowed_packet` is asked for. `connection_memory_limit`, `use_secondary_engine=FORCED` and `require_row_format`
///   refuse a statement by name, and only an administrator or `init_connect` sets them. `timestamp` is the clock that `init_connect` wants.
/// - `sql_log_bin`, `gtid_*`, `server_id`, `skip_replication`, `pseudo_*`, `binlog_*` need rights that a session store should not have.
///
/// REPEATABLE READ where the binary log has statements, which InnoDB refuses to write in READ COMMITTED (error 1665). Nothing is read
/// twice in a transaction but under the row's lock; new sessions may wait for each other there where rows are locked.
pub fn session_variables(variables: &SessionVariables, quirks: Quirks) -> String {
    let isolation = match quirks.statement_binlog {
        true => "REPEATABLE-READ",
        false => "READ-COMMITTED",
    };
    let galera = match quirks.no_cluster_variables {
        true => "",
        false => ",wsrep_sync_wait=7,wsrep_dirty_reads=0,wsrep_osu_method='TOI'",
    };
    let ttl = variables.lock_ttl.as_secs() + u64::from(variables.lock_ttl.subsec_nanos() > 0);
    format!(
        "{},wait_timeout={ttl},sql_mode='STRICT_ALL_TABLES',character_set_connection=binary,\
         character_set_results=binary,completion_type=0,\
         sql_select_limit=18446744073709551615,sql_big_selects=1\
         /*M!100304 ,tx_isolation='{isolation}',tx_read_only=0,max_statement_time=0,idle_transaction_timeout=0,\
         idle_readonly_transaction_timeout=0,idle_write_transaction_timeout=0,system_versioning_asof=DEFAULT,\
         max_session_mem_used=9223372036854775807{galera}*/\
         /*!50720 ,transaction_isolation='{isolation}',transaction_read_only=0,max_execution_time=0,range_optimizer_max_mem_size=0*/",
        changed_variables(variables)
    )
}

/// Those that change from packet to packet.
///
/// In latin1 every byte is a character. In a longer character set the server would look at each byte of the data, which at
/// 64 KB is half of what an UPDATE costs it. In latin1 it can also show every statement to whoever looks at what runs, with any
/// bytes of a session in it: MySQL ends everybody's look at its views with error 3854 otherwise, as for binary. Names alone
/// are understood in no other than their own.
pub fn changed_variables(variables: &SessionVariables) -> String {
    format!(
        "SET autocommit={},innodb_lock_wait_timeout={},lock_wait_timeout={},character_set_client={}",
        u8::from(variables.autocommit),
        variables.lock_wait,
        variables.table_wait,
        if variables.single_byte_charset {
            "latin1"
        } else {
            "binary"
        }
    )
}

/// A row that somebody else has locked is given up before the socket's time-out, so that no statement goes on without its
/// client. MySQL looks for waits that are over once a second, and so ends them up to a second late.
pub fn lock_wait_within(io_timeout: Duration) -> u64 {
    io_timeout.as_secs().saturating_sub(2).max(1)
}

/// The packet limit, whether the server is a node of a cluster (`NULL`: not asked), whether it takes writes, and whether it
/// logs statements.
pub fn server_facts(ask_clustered: bool, quirks: Quirks) -> String {
    let clustered = match ask_clustered {
        // A MariaDB without Galera's variables is no node. A MySQL that does not say may be one, where only rows lock for all.
        true if quirks.no_cluster_variables => "1/*M!100100 -1*/",
        // MariaDB knows it, MySQL looks it up in a millisecond.
        true => {
            "0/*M!100100 +@@wsrep_on*/\
             /*!50708 +(SELECT COUNT(*) FROM performance_schema.global_variables \
             WHERE variable_name='wsrep_on' AND variable_value='ON' \
             OR variable_name='group_replication_group_name' AND variable_value<>'')*/"
        }
        false => "NULL",
    };
    let statement_binlog = match quirks.no_cluster_variables {
        true => "0/*M!100100 +(@@log_bin AND @@binlog_format='STATEMENT')*/",
        false => "@@log_bin AND @@binlog_format='STATEMENT'",
    };
    format!("SELECT @@max_allowed_packet,{clustered},{IS_READ_ONLY},{statement_binlog}")
}

/// How many columns `select` has.
pub const SELECTED: usize = 6;

/// Where `select` has what tells one run of a server from another.
pub const INSTANCE: usize = 5;

/// The columns in the order in which `answer` reads them. `format` stands behind the data: were their length wrong, it would
/// not be a number. The end of a UUID is a number that a server draws when it starts, and the hardware's address. To ask for
/// more would cost: each variable of the server takes it 3 us here.
pub const COLUMNS: &str = "version,expires,UNIX_TIMESTAMP(),data,format,CRC32(RIGHT(UUID(),17)) AS instance";

/// What the statements that take a lock have behind these: whether the server takes no writes.
pub const READ_ONLY: usize = SELECTED;
pub const LOCKED: usize = SELECTED + 1;

pub fn select(table: &str, key: SessionKey) -> Statement<'static> {
    let mut statement = Statement::new(format!("SELECT {COLUMNS} FROM {table} WHERE id="));
    statement.value(Value::Key(key.bytes()));
    statement
}

/// Not for a server without Galera's variables.
pub const IS_NODE: &str = "/*M!100100 +@@wsrep_on*/";

/// A statement that changes a session.
pub struct Change<'a> {
    pub statement: Statement<'a>,
    /// It gives the advisory lock back itself, if it finds its row. An INSERT or a DELETE would compute a value before it has
    /// found its row.
    pub releases: bool,
}

/// `release`: the advisory lock to give back in the statement, if it finds its row.
pub fn save<'a>(table: &str, key: SessionKey, write: &Write<'a>, release: Option<&'a str>) -> Change<'a> {
    let (id, version) = (Value::Key(key.bytes()), Value::Number(write.version.number()));
    let expires = || expires(write.expiry);
    let (format, stored) = envelope::seal(write.data);
    if let Expected::Version(expected) = write.expected {
        let mut statement = Statement::new(format!("UPDATE {table} SET version="));
        push_used(statement.value(version).push(",used="), release);
        if write.is_new {
            statement.push(",created=UNIX_TIMESTAMP(),tag=NULL");
        }
        if write.moves_expiry {
            statement.push(",expires=").push(&expires());
        }
        statement
            .push(&format!(",format={format},data="))
            .value(Value::Data(stored));
        push_where(&mut statement, id, expected);
        let releases = release.is_some();
        return Change { statement, releases };
    }
    let mut statement = Statement::new(format!(
        "INSERT INTO {table} (id,version,expires,created,used,format,data) VALUES ("
    ));
    statement.value(id).push(",").value(version).push(",").push(&expires());
    statement.push(&format!(",UNIX_TIMESTAMP(),UNIX_TIMESTAMP(),{format},"));
    statement.value(Value::Data(stored)).push(")");
    if write.expected == Expected::Anything {
        statement.push(
            " ON DUPLICATE KEY UPDATE version=VALUES(version),expires=VALUES(expires),used=VALUES(used),\
             format=VALUES(format),data=VALUES(data)",
        );
    }
    Change {
        statement,
        releases: false,
    }
}

/// `release`: as for `save`.
pub fn touch<'a>(
    table: &str,
    key: SessionKey,
    version: Version,
    expiry: Expiry,
    release: Option<&'a str>,
) -> Change<'a> {
    let mut statement = Statement::new(format!("UPDATE {table} SET expires={},used=", expires(expiry)));
    push_used(&mut statement, release);
    push_where(&mut statement, Value::Key(key.bytes()), version);
    let releases = release.is_some();
    Change { statement, releases }
}

pub fn delete(table: &str, key: SessionKey) -> Change<'static> {
    let mut statement = Statement::new(format!("DELETE FROM {table} WHERE id="));
    statement.value(Value::Key(key.bytes()));
    Change {
        statement,
        releases: false,
    }
}

fn push_where<'a>(statement: &mut Statement<'a>, id: Value<'a>, version: Version) {
    statement.push(" WHERE id=").value(id);
    // Without it only in the library that tools/chaos --prove builds.
    if cfg!(not(without_version_check)) {
        statement.push(" AND version=").value(Value::Number(version.number()));
    }
}

/// The time, and with it the end of the advisory lock: an UPDATE computes it when it has found and locked its row, before
/// its commit. So the next request has its lock while this one waits for the disk, and waits for the row alone, which
/// InnoDB frees before it flushes its log.
fn push_used<'a>(statement: &mut Statement<'a>, release: Option<&'a str>) {
    match release {
        None => statement.push("UNIX_TIMESTAMP()"),
        Some(name) => statement
            .push("IF(RELEASE_LOCK(")
            .value(Value::Name(name))
            .push("),UNIX_TIMESTAMP(),UNIX_TIMESTAMP())"),
    };
}

/// Rounded up to whole steps. Always above the sum, since the server's clock here has lost its fraction of a second.
fn expires(expiry: Expiry) -> String {
    let step = expiry.step();
    let ahead = expiry
        .lifetime
        .saturating_add(expiry.touch_seconds)
        .min(u64::from(u32::MAX));
    format!(
        "LEAST(4294967295,(UNIX_TIMESTAMP()+{}) DIV {step}*{step})",
        ahead.saturating_add(step)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_coarse_and_never_early() {
        let sql = expires(Expiry {
            lifetime: 1440,
            touch_seconds: 60,
        });
        assert_eq!(sql, "LEAST(4294967295,(UNIX_TIMESTAMP()+1560) DIV 60*60)");
        let sql = expires(Expiry {
            lifetime: 5,
            touch_seconds: 0,
        });
        assert_eq!(sql, "LEAST(4294967295,(UNIX_TIMESTAMP()+6) DIV 1*1)");
    }
}
