//! Finds the connections that hold a lock, as far as this account may see them.
//!
//! Called only after a lock timeout. Nothing here may fail: missing information is left out.

use super::super::attributes;
use super::super::rights::account;
use super::advisory;
use crate::counters::{self, holders};
use crate::db::connection::Connection;
use crate::db::errno;
use crate::lock::{Holder, HoldingConnection, Mode};
use crate::session_id::SessionKey;

/// The most connections in one message.
const MOST_NAMED: usize = 3;

/// `name` is the session's advisory lock, `waited_seconds` the time that this request has waited.
pub fn find(connection: &mut Connection, mode: Mode, key: SessionKey, name: &str, waited_seconds: u64) -> Holder {
    let mut holder = Holder::default();
    match mode {
        Mode::Advisory => holder.connections = advisory_owner(connection, name),
        Mode::Row => match noted_owner(connection, key) {
            Some(owner) => holder.connections = vec![owner],
            None => match row_owners(connection, waited_seconds) {
                Ok(owners) => holder.connections = owners,
                Err(hint) => holder.hint = Some(hint),
            },
        },
        Mode::Unlocked => {}
    }
    for holding in &mut holder.connections {
        describe(holding, connection);
    }
    holder
}

/// A request of this web host that has locked the row, if the server still has its connection.
fn noted_owner(connection: &mut Connection, key: SessionKey) -> Option<HoldingConnection> {
    let noted = holders::of_session(counters::tenant(), key)?;
    let processes = connection.query("SHOW PROCESSLIST").ok()?;
    processes
        .numbers()
        .contains(&noted.connection)
        .then(|| holding(noted.connection))
}

fn advisory_owner(connection: &mut Connection, name: &str) -> Vec<HoldingConnection> {
    let owner = connection
        .query(&advisory::owner(name))
        .ok()
        .and_then(|reply| reply.first_number());
    owner.map(holding).into_iter().collect()
}

/// Row locks are granted in order, so the holder's transaction began before this request's wait. The server's times are in its own
/// time zone.
fn row_owners(connection: &mut Connection, waited_seconds: u64) -> Result<Vec<HoldingConnection>, String> {
    let sql = format!(
        "SET time_zone='SYSTEM';SELECT trx_mysql_thread_id FROM information_schema.innodb_trx \
         WHERE trx_mysql_thread_id NOT IN (0,CONNECTION_ID()) AND trx_state='RUNNING' AND trx_rows_locked>0 \
         AND trx_started<=NOW()-INTERVAL {waited_seconds} SECOND ORDER BY trx_started LIMIT {MOST_NAMED}"
    );
    match connection.query(&sql) {
        Ok(reply) => Ok(reply.numbers().into_iter().map(holding).collect()),
        Err(error) if error.code() == Some(errno::SPECIFIC_ACCESS_DENIED) => {
            let account = account(connection);
            Err(format!(
                "GRANT PROCESS ON *.* TO {} would show it",
                account.unwrap_or_else(|| "this account".into())
            ))
        }
        Err(_) => Ok(Vec::new()),
    }
}

fn holding(id: u64) -> HoldingConnection {
    HoldingConnection {
        id,
        ..HoldingConnection::default()
    }
}

fn describe(holding: &mut HoldingConnection, connection: &mut Connection) {
    // Without PROCESS this lists the connections of this account only, which web hosts usually share.
    if let Ok(reply) = connection.query("SHOW PROCESSLIST") {
        for row in reply.rows() {
            if row.number(0) == Some(holding.id) {
                holding.address = row.text(2);
                holding.idle_seconds = row.number(5);
            }
        }
    }
    if let Some(told) = attributes::read(connection, Some(holding.id)).remove(&holding.id) {
        (holding.pid, holding.script) = (told.pid, told.script);
    }
    // Also for a kept connection, whose login knew no script.
    if let Some(noted) = holders::of_connection(counters::tenant(), holding.id) {
        holding.pid = Some(noted.pid.to_string());
        holding.script = Some(noted.script).filter(|script| !script.is_empty());
    }
}
