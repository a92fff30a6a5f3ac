//! The statements, as text that both servers take.
//!
//! `/*M!…*/` is read by MariaDB alone, `/*!50708 …*/` by MySQL alone (MariaDB passes over 50700 to 50999):
//! so the first packet needs no look at the server first.

use std::fmt::Write as _;
use std::time::Duration;

use memchr::memchr3_iter;

use super::{Expected, Expiry, Version, Write};
use crate::db::connection::Settings;
use crate::lock::advisory;
use crate::session_id::SessionKey;

/// What a statement is at most beside its data.
const AROUND_DATA: usize = 512;

/// Formats onto the end of a `String`, which cannot fail.
macro_rules! push {
    ($sql:expr, $($format:tt)*) => {{
        let _ = write!($sql, $($format)*);
    }};
}

/// What the account or the server may have set otherwise. SET comes first: proxies that split reads from writes
/// send a packet that begins with SELECT to a replica. Strict, so that no data is cut to fit a column. On a node of Galera
/// a statement sees what any node committed before.
pub fn session_settings(settings: &Settings) -> String {
    let Settings { lock_ttl, lock_wait } = settings;
    let ttl = lock_ttl.as_secs() + u64::from(lock_ttl.subsec_nanos() > 0);
    format!(
        "SET NAMES utf8mb4,autocommit=1,sql_mode='STRICT_ALL_TABLES',wait_timeout={ttl},\
         innodb_lock_wait_timeout={lock_wait}\
         /*M!100100 ,tx_isolation='READ-COMMITTED',max_statement_time=0,wsrep_sync_wait=7*/\
         /*!50708 ,transaction_isolation='READ-COMMITTED',max_execution_time=0*/;"
    )
}

/// A row that somebody else has locked is given up before the socket's time-out, so that no statement goes on without its
/// client.
pub fn lock_wait_within(io_timeout: Duration) -> u64 {
    io_timeout.as_secs().saturating_sub(1).max(1)
}

pub fn lock_wait_setting(seconds: u64) -> String {
    format!("SET innodb_lock_wait_timeout={seconds}")
}

/// Whether to ask the server if it is a node of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskClustered {
    Yes,
    /// Only where it costs nothing: MySQL looks it up in a millisecond, MariaDB in no time.
    IfFree,
    No,
}

/// The packet limit, whether the server is a node of a cluster (`NULL`: not asked), and whether it takes writes.
pub fn server_facts(ask: AskClustered) -> String {
    let clustered = match ask {
        AskClustered::Yes => {
            "0/*M!100100 +@@wsrep_on*/\
             /*!50708 +(SELECT COUNT(*) FROM performance_schema.global_variables \
             WHERE variable_name='wsrep_on' AND variable_value='ON' \
             OR variable_name='group_replication_group_name' AND variable_value<>'')*/"
        }
        AskClustered::IfFree => "NULL/*M!100100 IS NULL AND @@wsrep_on*/",
        AskClustered::No => "NULL",
    };
    format!("SELECT @@max_allowed_packet,{clustered},@@global.read_only;")
}

/// How many columns `select` has.
pub const SELECTED: usize = 5;

/// The columns in the order in which `database` reads them. One more behind the data: were their length wrong, it would not
/// be a number.
pub fn select(table: &str, key: SessionKey) -> String {
    format!(
        "SELECT version,expires,UNIX_TIMESTAMP(),data,format FROM {table} WHERE id={}",
        key.sql()
    )
}

pub fn exists(table: &str, key: SessionKey) -> String {
    format!("EXISTS(SELECT 1 FROM {table} WHERE id={})", key.sql())
}

/// An empty, expired row: it keeps the place locked while its transaction is open, and never gets committed as it is.
pub fn claim(table: &str, key: SessionKey, version: Version) -> String {
    format!(
        "INSERT INTO {table} (id,version,expires,created,used,format,data) VALUES ({},{},0,0,0,0,'') \
         ON DUPLICATE KEY UPDATE id=id",
        key.sql(),
        version.number()
    )
}

/// How a statement has its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    Literal,
    /// `?` of a prepared statement.
    Parameter,
}

/// `release`: the advisory lock to give back if the row was written.
pub fn save(table: &str, key: SessionKey, write: &Write<'_>, data: Data, release: Option<&str>) -> String {
    let (id, version) = (key.sql(), write.version.number());
    let mut sql = String::with_capacity(match data {
        Data::Literal => write.data.len() + write.data.len() / 8 + AROUND_DATA,
        Data::Parameter => AROUND_DATA,
    });
    if let Expected::Version(expected) = write.expected {
        let created = match write.is_new {
            true => ",created=UNIX_TIMESTAMP(),tag=NULL",
            false => "",
        };
        let used = used(release);
        push!(
            sql,
            "UPDATE {table} SET version={version},used={used}{created},format=0"
        );
        if write.moves_expiry {
            push!(sql, ",expires={}", expires(write.expiry));
        }
        sql.push_str(",data=");
        push_data(&mut sql, write, data);
        push!(sql, " WHERE id={id} AND version={}", expected.number());
        return sql;
    }
    let expires = expires(write.expiry);
    push!(
        sql,
        "INSERT INTO {table} (id,version,expires,created,used,format,data) \
         VALUES ({id},{version},{expires},UNIX_TIMESTAMP(),UNIX_TIMESTAMP(),0,"
    );
    push_data(&mut sql, write, data);
    sql.push(')');
    if write.expected == Expected::Anything {
        sql.push_str(
            " ON DUPLICATE KEY UPDATE version=VALUES(version),expires=VALUES(expires),used=VALUES(used),\
             format=VALUES(format),data=VALUES(data)",
        );
    }
    if data == Data::Literal {
        push_release(&mut sql, release);
    }
    sql
}

fn push_data(sql: &mut String, write: &Write<'_>, data: Data) {
    match data {
        Data::Literal => push_literal(sql, write.data),
        Data::Parameter => sql.push('?'),
    }
}

/// Behind an INSERT or a DELETE, which would compute a value before they have found their row.
fn push_release(sql: &mut String, release: Option<&str>) {
    if let Some(name) = release {
        push!(sql, ";{}", advisory::release_if_written(name));
    }
}

/// `release`: as for `save`.
pub fn touch(table: &str, key: SessionKey, version: Version, expiry: Expiry, release: Option<&str>) -> String {
    format!(
        "UPDATE {table} SET expires={},used={} WHERE id={} AND version={}",
        expires(expiry),
        used(release),
        key.sql(),
        version.number()
    )
}

/// The time, and with it the end of the advisory lock: an UPDATE computes it when it has found and locked its row, before
/// its commit. So the next request has its lock while this one waits for the disk, and waits for the row alone, which
/// InnoDB frees before it flushes its log.
fn used(release: Option<&str>) -> String {
    match release {
        None => "UNIX_TIMESTAMP()".to_owned(),
        Some(name) => format!("IF({},UNIX_TIMESTAMP(),UNIX_TIMESTAMP())", advisory::call_release(name)),
    }
}

/// `release`: as for `save`.
pub fn delete(table: &str, key: SessionKey, release: Option<&str>) -> String {
    let mut sql = format!("DELETE FROM {table} WHERE id={}", key.sql());
    push_release(&mut sql, release);
    sql
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

/// Bytes as a literal: as they are where they are UTF-8, which PHP's serialization mostly is, else as hexadecimal.
fn push_literal(sql: &mut String, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        push!(sql, "x'{}'", crate::session_id::hex(data));
        return;
    };
    sql.push_str("_binary'");
    let mut from = 0;
    for at in memchr3_iter(b'\'', b'\\', 0, data) {
        sql.push_str(&text[from..at]);
        sql.push('\\');
        // The character itself comes with what follows, but for NUL, which is a digit there.
        from = at;
        if data[at] == 0 {
            sql.push('0');
            from += 1;
        }
    }
    sql.push_str(&text[from..]);
    sql.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_escape_what_ends_or_escapes_a_string() {
        for (data, sql) in [
            (&b""[..], "_binary''"),
            (b"a|s:1:\"b\";", "_binary'a|s:1:\"b\";'"),
            (b"it's \\ \0.", "_binary'it\\'s \\\\ \\0.'"),
            ("\u{e9}".as_bytes(), "_binary'\u{e9}'"),
            (b"\xff'\\", "x'ff275c'"),
        ] {
            let mut literal = String::new();
            push_literal(&mut literal, data);
            assert_eq!(literal, sql);
        }
    }

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
