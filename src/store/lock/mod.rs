//! The two ways to lock a session, each in its own file: the statements, an attempt, the wait, and the meaning of the answers.
//!
//! `store::acquire` repeats attempts. `holder` finds out which connection holds a lock.

pub mod advisory;
pub mod ahead;
pub mod holder;
pub mod row;

use std::time::{Duration, Instant};

use super::link::Link;
use super::{Found, Row, sql};
use crate::db::errno;
use crate::db::reply::ResultSet;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::Mode;
use crate::session_id::SessionKey;

/// A server's timer may fire so much too early.
const TOLERANCE: Duration = Duration::from_millis(500);

/// The result of an attempt, or what has to happen before the next one.
pub enum Attempt {
    Done(Found),
    TimedOut(Mode),
    /// The answer has shown that this server needs the other mode.
    WrongMode,
    /// The host cannot be used. It is skipped in the next attempt.
    WrongHost,
    TableMissing(Error),
}

impl Attempt {
    pub fn found(row: Option<Row>) -> Self {
        Self::Done(match row {
            Some(row) => Found::Row(row),
            None => Found::Absent { placeholder: None },
        })
    }

    fn failed(error: Error, mode: Mode) -> Result<Self> {
        match error.code() {
            Some(code) if errno::is_lock_timeout(code) => Ok(Self::TimedOut(mode)),
            Some(errno::NO_SUCH_TABLE) => Ok(Self::TableMissing(error)),
            _ => Err(error),
        }
    }
}

/// Sends `select`, which reads the row of the session that is locked already.
fn read_held(link: &mut Link, key: SessionKey, select: &Statement<'_>) -> Result<Attempt> {
    let asked = Instant::now();
    let mut reply = link.send_held(select)?;
    match reply.error {
        Some(error) if error.is_wait_timeout() => {
            let for_row = !is_early(link, asked);
            end_wait(link, error, for_row)
        }
        Some(error) => Err(error),
        None => Ok(Attempt::found(link.row_from(key, reply.sets.pop(), sql::LOCKED)?)),
    }
}

/// Handles a lock wait timeout. `for_row`: the statement may have waited for a row that another connection has locked.
fn end_wait(link: &mut Link, error: Error, for_row: bool) -> Result<Attempt> {
    match link.explain_wait(error, for_row) {
        error if error.is_unfit_host() => {
            link.skip_host(error);
            Ok(Attempt::WrongHost)
        }
        error => Err(error),
    }
}

/// The statement timed out before `innodb_lock_wait_timeout`, so it did not wait for a row lock.
fn is_early(link: &Link, asked: Instant) -> bool {
    asked.elapsed() + TOLERANCE < link.lock_wait()
}

/// Skips the host if it is read-only, also where this account could write all the same: a lock on such a host excludes nobody.
pub fn skips_read_only_host(link: &mut Link, set: Option<&ResultSet>) -> bool {
    let row = set.and_then(|set| set.rows.first());
    let read_only = row.is_some_and(|row| row.is_on(sql::READ_ONLY));
    if read_only {
        let host = link.host();
        link.skip_host(Error::read_only(host));
    }
    read_only
}
