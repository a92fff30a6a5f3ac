//! The text of all statements. MySQL and MariaDB accept the same text.
//!
//! Only MariaDB executes `/*M!…*/`, and only MySQL `/*!50708 …*/` (MariaDB ignores 50700 to 50999). So the first packet does not
//! depend on the server.

use std::time::Duration;

use super::{Expected, Expiry, Version, Write};
use crate::db::server::{Quirks, SessionVariables};
use crate::db::statement::{Statement, Value};
use crate::session_id::SessionKey;
use crate::tag::Tag;

/// A reader of Aurora sets `innodb_read_only` only.
pub const IS_READ_ONLY: &str = "IF(@@global.innodb_read_only,1,@@global.read_only)";

/// Sets the session variables. The packet begins with SET, since proxies that split reads from writes send a packet that begins
/// with SELECT to a replica.
///
/// These are set, since the server or the account may have a value that changes the effect of our statements:
///
/// | variable | effect of another value |
/// |---|---|
/// | `autocommit`, `completion_type`, isolation, read-only transactions | writes are not committed, end the connection, are refused; reads are stale |
/// | `wait_timeout`, `idle_*transaction_timeout` | the lock ends with the connection after a second |
/// | `innodb_lock_wait_timeout`, `lock_wait_timeout`, `max_statement_time`, `max_execution_time` | a wait for a lock ends early, or continues without its client |
/// | `sql_mode`, character sets | data is cut to fit its column, or changed; see `changed_variables` |
/// | `sql_select_limit`, `sql_big_selects` (`max_join_size`), `max_session_mem_used` | statements find nothing or are refused |
/// | `range_optimizer_max_mem_size` | a statement scans the table, and waits for rows of other requests |
/// | `system_versioning_asof` | a table with SYSTEM VERSIONING is read as it was |
/// | `wsrep_sync_wait`, `wsrep_dirty_reads`, `wsrep_osu_method` | a node of Galera reads old data, or creates the table only on itself |
///
/// The other session variables of MariaDB 10.11 and 11.8 and MySQL 9.7 are not set:
/// - Those of plans, sorting, caches, statistics, logs, tracking, warnings, other engines, ALTER, weeks, AUTO_INCREMENT and
///   constraints do no harm: `hostile_transaction_settings_do_no_harm.phpt` tests them with their worst values.
///   `innodb_snapshot_isolation` has an effect from REPEATABLE READ on.
/// - `time_zone` is set only when `lock::holder` compares times: it costs 0.1 ms on MySQL.
/// - `max_allowed_packet` is queried. `connection_memory_limit`, `use_secondary_engine=FORCED` and `require_row_format`
///   refuse a statement by name, and only an administrator or `init_connect` sets them. `timestamp` is the
///   clock that `init_connect` chooses.
/// - `sql_log_bin`, `gtid_*`, `server_id`, `skip_replication`, `pseudo_*`, `binlog_*` need privileges that this account should
///   not have.
///
/// With `binlog_format=STATEMENT` the isolation level is REPEATABLE READ, since InnoDB refuses writes in READ COMMITTED then (error
/// 1665). That is safe: a transaction reads a row twice only under its lock. With row locks, new sessions may wait for each other.
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

/// Sets the session variables that change between packets.
///
/// In latin1 every byte is a character. In a multi-byte character set the server would check each byte of the data, which is half
/// of the cost of an UPDATE at 64 KB. In latin1 the server can also show every running statement with any bytes of a session in
/// it. With binary or a multi-byte character set MySQL's views of running statements fail with error 3854. A table name outside
/// ASCII needs a multi-byte character set.
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

/// A row lock wait must end before the socket's timeout, so that no statement continues without its client. MySQL checks for
/// timeouts once a second, so a wait ends up to a second late.
pub fn lock_wait_within(io_timeout: Duration) -> u64 {
    io_timeout.as_secs().saturating_sub(2).max(1)
}

/// Queries the packet limit, whether the server is a node of a cluster (`NULL`: not queried), whether it is read-only, and whether
/// `binlog_format` is STATEMENT.
pub fn server_facts(ask_clustered: bool, quirks: Quirks) -> String {
    let clustered = match ask_clustered {
        // A MariaDB without Galera's variables is not a node. A MySQL that does not tell may be one, so it gets row locks.
        true if quirks.no_cluster_variables => "1/*M!100100 -1*/",
        // MariaDB has it in a variable; MySQL's query takes a millisecond.
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

/// The number of `COLUMNS`.
pub const SELECTED: usize = 8;

/// The one of them that identifies the server instance.
pub const INSTANCE: usize = 5;

/// The one with the tag.
pub const TAG: usize = 6;

/// The one with the time of the session's first write.
pub const CREATED: usize = 7;

/// The columns in the order in which `answer` reads them. `format` comes after the data: after a wrong length it would not be a
/// number. The end of a UUID has a random number from the server's start, and its hardware address. Server variables would cost 3 us
/// each here.
pub const COLUMNS: &str =
    "version,expires,UNIX_TIMESTAMP(),data,format,CRC32(RIGHT(UUID(),17)) AS instance,tag,created";

/// An additional column: whether the server is read-only.
pub const READ_ONLY: usize = SELECTED;
pub const LOCKED: usize = SELECTED + 1;

/// Its answer always has a row.
pub fn select(table: &str, key: SessionKey) -> Statement<'static> {
    let one = " AS read_only FROM (SELECT 1) AS one LEFT JOIN ";
    let mut statement = Statement::begin(["SELECT ", COLUMNS, ",", IS_READ_ONLY, one, table, " ON id="]);
    statement.value(Value::Key(key.bytes()));
    statement
}

/// It is left out for a server without Galera's variables.
pub const IS_NODE: &str = "/*M!100100 +@@wsrep_on*/";

/// A statement that changes a session.
pub struct Change<'a> {
    pub statement: Statement<'a>,
    /// The statement releases the advisory lock itself, if it finds its row. Only an UPDATE can: an INSERT or DELETE would release
    /// the lock before it has found its row.
    pub releases: bool,
}

/// `stored` is the write's data as it is stored, with its format. `release` is the advisory lock that the statement releases if it
/// finds its row. Unless `guard` holds, it writes nothing.
pub fn save<'a>(
    table: &str,
    key: SessionKey,
    write: &Write<'_>,
    (format, stored): (u8, &'a [u8]),
    release: Option<&'a str>,
    guard: Option<Statement<'a>>,
) -> Change<'a> {
    let (id, version) = (Value::Key(key.bytes()), Value::Number(write.version.number()));
    if let Expected::Version(expected) = write.expected {
        let mut statement = Statement::begin(["UPDATE ", table, " SET version="]);
        push_used(statement.value(version).push(",used="), release);
        if write.is_new {
            statement.push(",created=UNIX_TIMESTAMP()");
        }
        if write.is_new || write.moves_tag {
            push_tag(statement.push(",tag="), write.tag);
        }
        if write.moves_expiry {
            push_expires(statement.push(",expires="), write.expiry);
        }
        statement.push(",format=").push_number(format.into());
        statement.push(",data=").value(Value::Data(stored));
        push_where(&mut statement, id, expected);
        if let Some(guard) = guard {
            statement.push(" AND ").append(guard);
        }
        let releases = release.is_some();
        return Change { statement, releases };
    }
    let open = if guard.is_some() { "SELECT " } else { "VALUES (" };
    let columns = " (id,version,expires,created,used,tag,format,data) ";
    let mut statement = Statement::begin(["INSERT INTO ", table, columns, open]);
    push_expires(statement.value(id).push(",").value(version).push(","), write.expiry);
    push_tag(statement.push(",UNIX_TIMESTAMP(),UNIX_TIMESTAMP(),"), write.tag);
    statement.push(",").push_number(format.into()).push(",");
    statement.value(Value::Data(stored));
    match guard {
        None => statement.push(")"),
        Some(guard) => statement.push(" FROM DUAL WHERE ").append(guard),
    };
    if write.expected == Expected::Anything {
        statement.push(
            " ON DUPLICATE KEY UPDATE version=VALUES(version),expires=VALUES(expires),used=VALUES(used),\
             format=VALUES(format),data=VALUES(data)",
        );
        if write.moves_tag {
            statement.push(",tag=VALUES(tag)");
        }
    }
    Change {
        statement,
        releases: false,
    }
}

/// `release` is as for `save`.
pub fn touch<'a>(
    table: &str,
    key: SessionKey,
    version: Version,
    expiry: Expiry,
    release: Option<&'a str>,
) -> Change<'a> {
    let mut statement = Statement::begin(["UPDATE ", table, " SET expires="]);
    push_expires(&mut statement, expiry);
    push_used(statement.push(",used="), release);
    push_where(&mut statement, Value::Key(key.bytes()), version);
    let releases = release.is_some();
    Change { statement, releases }
}

/// `only`: if the row has this version.
pub fn delete(table: &str, key: SessionKey, only: Option<Version>) -> Change<'static> {
    let mut statement = Statement::begin(["DELETE FROM ", table]);
    match only {
        Some(version) => push_where(&mut statement, Value::Key(key.bytes()), version),
        None => {
            statement.push(" WHERE id=").value(Value::Key(key.bytes()));
        }
    }
    Change {
        statement,
        releases: false,
    }
}

/// Releases an advisory lock by itself.
pub fn release_lock(name: &str) -> String {
    ["DO RELEASE_LOCK('", name, "')"].concat()
}

fn push_where<'a>(statement: &mut Statement<'a>, id: Value<'a>, version: Version) {
    statement.push(" WHERE id=").value(id);
    // Only the library that tools/chaos --prove builds leaves it out.
    if cfg!(not(without_version_check)) {
        statement.push(" AND version=").value(Value::Number(version.number()));
    }
}

fn push_tag(statement: &mut Statement<'_>, tag: Option<Tag>) {
    match tag {
        Some(tag) => statement.value(Value::Key(tag.bytes())),
        None => statement.push("NULL"),
    };
}

/// The current time; its computation releases the advisory lock. An UPDATE computes it after it has locked its row and before its
/// commit. So the next request gets the advisory lock while this one waits for the disk. It then waits for the row lock only,
/// which InnoDB releases before it flushes its log.
fn push_used<'a>(statement: &mut Statement<'a>, release: Option<&'a str>) {
    match release {
        None => statement.push("UNIX_TIMESTAMP()"),
        Some(name) => statement
            .push("IF(RELEASE_LOCK(")
            .value(Value::Name(name))
            .push("),UNIX_TIMESTAMP(),UNIX_TIMESTAMP())"),
    };
}

/// The expiry, rounded up to whole steps. It is always above the sum, since UNIX_TIMESTAMP() has no fraction of a second.
fn push_expires(statement: &mut Statement<'_>, expiry: Expiry) {
    let step = expiry.step();
    let ahead = expiry
        .lifetime
        .saturating_add(expiry.touch_seconds)
        .min(u64::from(u32::MAX));
    statement.push("LEAST(4294967295,(UNIX_TIMESTAMP()+");
    statement.push_number(ahead.saturating_add(step)).push(") DIV ");
    statement.push_number(step).push("*").push_number(step).push(")");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_coarse_and_never_early() {
        for (lifetime, touch_seconds, sql) in [
            (1440, 60, "LEAST(4294967295,(UNIX_TIMESTAMP()+1560) DIV 60*60)"),
            (5, 0, "LEAST(4294967295,(UNIX_TIMESTAMP()+6) DIV 1*1)"),
        ] {
            let (mut statement, expiry) = (
                Statement::default(),
                Expiry {
                    lifetime,
                    touch_seconds,
                },
            );
            push_expires(&mut statement, expiry);
            assert_eq!(statement.literal(), sql);
        }
    }
}
