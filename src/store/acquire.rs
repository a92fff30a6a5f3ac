//! Takes the lock of a session and reads it: repeats attempts until one succeeds or the timeout has passed.
//!
//! Called by `database` and `probe`. `lock` has the attempts themselves.

use std::time::{Duration, Instant};

use super::create::create_table;
use super::link::Link;
use super::lock::{Attempt, advisory, ahead, holder, row};
use super::{Found, IfAbsent, peek};
use crate::counters::waiters::{self, Waiting};
use crate::counters::{self, Counter, Timer};
use crate::error::{DbError, Error, Result, seconds};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

/// Most attempts after a deadlock, an unfit host, or a missing table.
const ATTEMPTS: u32 = 5;

/// No server needs so long for a lock that is free: another request has held it.
const WAITED: Duration = Duration::from_millis(10);

/// Locks and reads, in one packet if the row exists and is free.
pub fn acquire(link: &mut Link, key: SessionKey, if_absent: IfAbsent, limit: LockTimeout) -> Result<Found> {
    // Without the lock that was asked for, the connection has ended, and another one takes the lock now.
    let _ = ahead::settle(link);
    if if_absent == IfAbsent::Made
        && let Some(found) = ahead::ask(link, key, limit)?
    {
        count(Duration::ZERO);
        return Ok(found);
    }
    let started = Instant::now();
    let mut attempts = 0;
    // After a whole `innodb_lock_wait_timeout`: the table may have been locked until then, so one more attempt is worth it.
    let mut once_more = true;
    let mut waited = Duration::ZERO;
    let mut order = match if_absent {
        IfAbsent::Made => row::Order::ClaimFirst,
        IfAbsent::Claim | IfAbsent::Leave => row::Order::ReadFirst,
    };
    // This request, once it is counted for `rustsql.max_waiters`. Whoever gets the lock at once need not be counted.
    let mut waiting = None;
    let counts = link.config().max_waiters > 0 && !limit.is_over(Duration::ZERO);
    loop {
        if let Some(mode) = link.held(key) {
            match read_held(link, key, mode) {
                Ok(Attempt::Done(found)) => return Ok(found),
                Ok(_) => {}
                Err(error)
                    if error.is_wait_timeout()
                        && !limit.is_over(started.elapsed())
                        && std::mem::take(&mut once_more) => {}
                Err(error) if error.is_conflict() && attempts < ATTEMPTS => {
                    attempts += 1;
                    link.row_lock_lost();
                }
                Err(error) => return Err(error.into_row_locked()),
            }
            continue;
        }
        attempts += 1;
        let first = counts && waiting.is_none();
        let timeout = match attempts {
            _ if first => LockTimeout::Limit(Duration::ZERO),
            1 => limit,
            _ => limit.remaining(started.elapsed()),
        };
        match attempt(link, key, if_absent, timeout, order, &mut waited) {
            Ok(Attempt::Done(found)) => {
                if link.held(key).is_some() {
                    count(waited);
                }
                return Ok(found);
            }
            Ok(Attempt::WrongMode) if link.holds_session() => link.release_lock()?,
            Ok(Attempt::WrongMode | Attempt::WrongHost) => {}
            Ok(Attempt::TimedOut(_)) if first => waiting = Some(wait_in_turn(link, key, limit)?),
            Ok(Attempt::TimedOut(mode)) => return Err(timed_out(link, key, mode, started.elapsed())),
            Ok(Attempt::TableMissing(error)) if attempts < ATTEMPTS => create_table(link, error)?,
            Ok(Attempt::TableMissing(error)) => return Err(error),
            Err(error) if error.is_wait_timeout() => {
                if limit.is_over(started.elapsed()) || !std::mem::take(&mut once_more) {
                    return Err(error.into_row_locked());
                }
            }
            Err(error) if error.is_conflict() && attempts < ATTEMPTS => order = row::Order::ClaimFirst,
            Err(error) if error.is_unfit_host() && !link.has_no_host() && attempts < ATTEMPTS => {}
            Err(error) if error.is_table_locked() && !limit.is_over(started.elapsed()) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Adds to `waited` the time without that for the connection.
fn attempt(
    link: &mut Link,
    key: SessionKey,
    if_absent: IfAbsent,
    timeout: LockTimeout,
    order: row::Order,
    waited: &mut Duration,
) -> Result<Attempt> {
    // The mode depends on the server.
    link.connect()?;
    let asked = Instant::now();
    let attempt = match link.mode() {
        Mode::Advisory => advisory::attempt(link, key, if_absent, timeout),
        Mode::Row => row::attempt(link, key, if_absent, timeout, order),
        Mode::Unlocked => Ok(Attempt::found(peek::peek(link, key)?)),
    };
    *waited += asked.elapsed();
    attempt
}

/// Fails if `rustsql.max_waiters` requests of this web host wait for the session already.
fn wait_in_turn(link: &Link, key: SessionKey, limit: LockTimeout) -> Result<Waiting> {
    let config = link.config();
    let longest = limit.with_io(config.io_timeout);
    waiters::wait(key, longest, config.max_waiters).map_err(|waiting| Error::TooManyWaiters { waiting })
}

fn count(waited: Duration) {
    counters::time(Timer::LockWait, waited);
    if waited >= WAITED {
        counters::count(Counter::Waits);
    }
}

fn read_held(link: &mut Link, key: SessionKey, mode: Mode) -> Result<Attempt> {
    match mode {
        Mode::Row => row::read_held(link, key),
        Mode::Advisory | Mode::Unlocked => advisory::read_held(link, key),
    }
}

fn timed_out(link: &mut Link, key: SessionKey, mode: Mode, waited: Duration) -> Error {
    counters::count(Counter::LockTimeouts);
    if mode == Mode::Row {
        row::give_up(link);
    }
    let name = advisory::name(link, key);
    let connection = link.connection_mut();
    let holder = connection.map(|connection| holder::find(connection, mode, key, &name, waited.as_secs()));
    if mode == Mode::Row && link.table_is_locked() {
        let (host, waited) = (link.host(), seconds(waited));
        let source = DbError::Driver(format!("waited {waited}"));
        return Error::TableLocked { host, source };
    }
    let holder = holder.unwrap_or_default();
    Error::LockTimeout { waited, holder }
}
