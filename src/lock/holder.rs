//! Who holds a lock that could not be had, as far as the server tells this account.
//!
//! Asked only after a time-out. Nothing here may fail: an answer that cannot be had is left out.

use std::fmt;

use super::{Mode, advisory};
use crate::db::connection::Connection;
use crate::error::{DbError, Error};

/// More connections than this in one message help nobody.
const MOST_NAMED: usize = 3;

/// What is known of the connections that hold the session, or may.
#[derive(Debug, Default)]
pub struct Holder {
    connections: Vec<Known>,
    hint: Option<String>,
}

#[derive(Debug, Default)]
struct Known {
    id: u64,
    address: Option<String>,
    idle_seconds: Option<u64>,
    pid: Option<String>,
    script: Option<String>,
}

impl Holder {
    /// `name` is the session's advisory lock; `waited_seconds` how long this request stood in the queue.
    pub fn find(connection: &mut Connection, mode: Mode, name: &str, waited_seconds: u64) -> Self {
        let mut holder = Self::default();
        match mode {
            Mode::Advisory => holder.connections = advisory_owner(connection, name),
            Mode::Row => match row_owners(connection, waited_seconds) {
                Ok(owners) => holder.connections = owners,
                Err(hint) => holder.hint = Some(hint),
            },
            Mode::Unlocked => {}
        }
        for known in &mut holder.connections {
            known.describe(connection);
        }
        holder
    }
}

fn advisory_owner(connection: &mut Connection, name: &str) -> Vec<Known> {
    let owner = connection
        .query(&advisory::owner(name))
        .ok()
        .and_then(|reply| reply.first_number());
    owner
        .map(|id| vec![Known { id, ..Known::default() }])
        .unwrap_or_default()
}

/// Row locks are granted in order, so whoever holds the row began its transaction before this one began to wait.
/// The server notes the beginning in its own time zone.
fn row_owners(connection: &mut Connection, waited_seconds: u64) -> Result<Vec<Known>, String> {
    let sql = format!(
        "SET time_zone='SYSTEM';SELECT trx_mysql_thread_id FROM information_schema.innodb_trx \
         WHERE trx_mysql_thread_id NOT IN (0,CONNECTION_ID()) AND trx_state='RUNNING' AND trx_rows_locked>0 \
         AND trx_started<=NOW()-INTERVAL {waited_seconds} SECOND ORDER BY trx_started LIMIT {MOST_NAMED}"
    );
    match connection.query(&sql) {
        Ok(reply) => {
            let known = |id| Known { id, ..Known::default() };
            Ok(reply.numbers().into_iter().map(known).collect())
        }
        Err(Error::Server {
            source: DbError::Server { code, .. },
            ..
        }) if code == crate::db::errno::SPECIFIC_ACCESS_DENIED => {
            let account = account(connection);
            Err(format!(
                "GRANT PROCESS ON *.* TO {} would show it",
                account.unwrap_or_else(|| "this account".into())
            ))
        }
        Err(_) => Ok(Vec::new()),
    }
}

/// The account that the server took this login for, as GRANT wants it.
pub fn account(connection: &mut Connection) -> Option<String> {
    let account = connection.query("SELECT CURRENT_USER()").ok()?.first_text()?;
    let quoted = |name: &str| format!("'{}'", name.replace('\'', "''"));
    Some(match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quoted(user), quoted(host)),
        None => quoted(&account),
    })
}

impl Known {
    fn describe(&mut self, connection: &mut Connection) {
        // Without PROCESS this lists the connections of the own account, which web hosts share.
        if let Ok(reply) = connection.query("SHOW PROCESSLIST") {
            for row in reply.rows() {
                if row.number(0) == Some(self.id) {
                    self.address = row.text(2);
                    self.idle_seconds = row.number(5);
                }
            }
        }
        let attributes = format!(
            "SELECT attr_name,attr_value FROM performance_schema.session_account_connect_attrs \
             WHERE processlist_id={} AND attr_name IN ('_pid','program_name')",
            self.id
        );
        // An error: the performance schema is off, or not readable.
        if let Ok(reply) = connection.query(&attributes) {
            for row in reply.rows() {
                match row.text(0).as_deref() {
                    Some("_pid") => self.pid = row.text(1),
                    Some("program_name") => self.script = row.text(1).filter(|script| !script.is_empty()),
                    _ => {}
                }
            }
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.connections.as_slice() {
            [] => match &self.hint {
                Some(hint) => write!(f, "the server does not tell by whom: {hint}"),
                None => write!(f, "the server does not tell by whom"),
            },
            [only] => write!(f, "held by {only}"),
            several => {
                write!(f, "held by one of: ")?;
                for (at, known) in several.iter().enumerate() {
                    write!(f, "{}{known}", if at > 0 { "; " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.id)?;
        if let Some(address) = &self.address {
            write!(f, " from {address}")?;
        }
        if let Some(idle) = self.idle_seconds {
            write!(f, ", idle for {idle} s")?;
        }
        if let Some(pid) = &self.pid {
            write!(f, ", pid {pid}")?;
        }
        if let Some(script) = &self.script {
            write!(f, ", script {script}")?;
        }
        Ok(())
    }
}
