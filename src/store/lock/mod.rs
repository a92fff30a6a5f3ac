//! The two ways to lock a session, a file each: its statements, an attempt, the wait, what the answers mean.
//!
//! `store::acquire` tries one after the other; `hold` is what was locked. `holder` finds out who else holds a session.

pub mod advisory;
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

/// What a server's timer may be early.
const TOLERANCE: Duration = Duration::from_millis(500);

/// What came of an attempt to lock, or what has to be done before the next.
pub enum Attempt {
    Done(Found),
    TimedOut(Mode),
    /// Only now did the server say whether it is a node of a cluster: lock in the other mode.
    WrongMode,
    /// It is skipped from now on.
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

/// `select` reads the row whose lock is held already.
fn read_held(link: &mut Link, select: &Statement<'_>) -> Result<Attempt> {
    let asked = Instant::now();
    let mut reply = link.send_held(select)?;
    match reply.error {
        Some(error) if error.is_wait_timeout() => {
            let for_row = !is_early(link, asked);
            end_wait(link, error, for_row)
        }
        Some(error) => Err(error),
        None => Ok(Attempt::found(link.row_from(reply.sets.pop(), sql::LOCKED)?)),
    }
}

/// `error` is the end of a wait; `for_row`: it may have been for a row that another connection has locked.
fn end_wait(link: &mut Link, error: Error, for_row: bool) -> Result<Attempt> {
    match link.explain_wait(error, for_row) {
        error if error.is_unfit_host() => {
            link.skip_host(error);
            Ok(Attempt::WrongHost)
        }
        error => Err(error),
    }
}

/// A time-out that came before its time: not the row's lock, which is waited for to the end.
fn is_early(link: &Link, asked: Instant) -> bool {
    asked.elapsed() + TOLERANCE < link.lock_wait()
}

/// Whether the server that gave this row takes no writes, from those that it lets in as administrators either: a lock there is
/// worth nothing.
fn skips_read_only_host(link: &mut Link, set: Option<&ResultSet>) -> bool {
    let row = set.and_then(|set| set.rows.first());
    let read_only = row.is_some_and(|row| row.is_on(sql::READ_ONLY));
    if read_only {
        let host = link.host();
        link.skip_host(Error::read_only(host));
    }
    read_only
}
