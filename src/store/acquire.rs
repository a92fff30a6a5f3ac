//! Taking the lock of a session and reading it: what `lock` says is sent, and what the server may answer.

use std::time::{Duration, Instant};

use super::database::Database;
use super::held::Held;
use super::{Found, IfAbsent, Instance, Row, Store, Version, sql};
use crate::db::errno;
use crate::db::reply::ResultSet;
use crate::db::statement::Statement;
use crate::error::{DbError, Error, Result, seconds};
use crate::lock::holder::Holder;
use crate::lock::{LockTimeout, Mode, advisory, row};
use crate::session_id::SessionKey;

/// How often a deadlock or a missing table makes it begin anew.
const ATTEMPTS: u32 = 5;

/// What a server's timer may be early.
const TOLERANCE: Duration = Duration::from_millis(500);

/// The settled part of an attempt to lock, or what has to be done before the next.
enum Attempt {
    Done(Found),
    TimedOut(Mode),
    /// Only now did the server say whether it is a node of a cluster: lock in the other mode.
    WrongMode,
    WrongHost,
    TableMissing(Error),
}

impl Database {
    /// Locks and reads, in one packet where the row exists.
    pub(super) fn acquire(&mut self, key: SessionKey, if_absent: IfAbsent, limit: LockTimeout) -> Result<Found> {
        let started = Instant::now();
        let mut attempts = 0;
        // Behind a whole wait for a row: the table may have been locked until then.
        let mut once_more = true;
        loop {
            if let Some(mode) = self.held_mode(key) {
                let select = match mode {
                    Mode::Row => sql::select_locking(&self.table, key, LockTimeout::Limit(self.config.io_timeout)),
                    _ => sql::select_settled(&self.table, key),
                };
                let asked = Instant::now();
                let mut reply = self.send_held(&select)?;
                match reply.error {
                    Some(error) if error.is_wait_timeout() => {
                        let early = self.is_early(asked);
                        match self.explain_wait(error, !early) {
                            error if error.is_unfit_host() => self.skip_host(error),
                            error
                                if error.is_wait_timeout()
                                    && !limit.is_over(started.elapsed())
                                    && std::mem::take(&mut once_more) => {}
                            error => return Err(error.into_row_locked()),
                        }
                        continue;
                    }
                    Some(error) if error.is_conflict() && attempts < ATTEMPTS => {
                        attempts += 1;
                        // It ended the transaction, and the row lock with it.
                        self.held.take_if(|held| held.mode == Mode::Row);
                        continue;
                    }
                    Some(error) => return Err(error),
                    None => {}
                }
                return Ok(found(self.row_from(reply.sets.pop())?));
            }
            attempts += 1;
            let timeout = match attempts {
                1 => limit,
                _ => limit.remaining(started.elapsed()),
            };
            match self.attempt(key, if_absent, timeout) {
                Ok(Attempt::Done(found)) => return Ok(found),
                Ok(Attempt::WrongMode) if self.held().is_some() => self.release_lock()?,
                Ok(Attempt::WrongMode | Attempt::WrongHost) => {}
                Ok(Attempt::TimedOut(mode)) => return Err(self.timed_out(key, mode, started.elapsed())),
                Ok(Attempt::TableMissing(error)) if attempts < ATTEMPTS => self.create_table(error)?,
                Ok(Attempt::TableMissing(error)) => return Err(error),
                Err(error) if error.is_wait_timeout() => {
                    if limit.is_over(started.elapsed()) || !std::mem::take(&mut once_more) {
                        return Err(error.into_row_locked());
                    }
                }
                Err(error) if (error.is_conflict() || error.is_unfit_host()) && attempts < ATTEMPTS => {}
                Err(error) if error.is_table_locked() && !limit.is_over(started.elapsed()) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn attempt(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        // Only a connection knows whether its server is known as a node of a cluster.
        self.connect()?;
        match self.mode() {
            Mode::Advisory => self.attempt_advisory(key, if_absent, timeout),
            Mode::Row => self.attempt_row(key, if_absent, timeout),
            Mode::Unlocked => Ok(Attempt::Done(match self.peek(key)? {
                Some(row) => Found::Row(row),
                None => Found::Absent { placeholder: None },
            })),
        }
    }

    fn attempt_advisory(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        let name = self.lock_name(key);
        self.lock_wait = sql::lock_wait_within(self.config.io_timeout);
        let statement = sql::acquire_and_select(&self.table, key, &name, if_absent);
        let asked = Instant::now();
        let mut reply = self.send_locking(&statement, Some(self.config.io_timeout))?;
        if let Some(error) = reply.error.take() {
            return match error.code() {
                Some(errno::NO_SUCH_TABLE) => Ok(Attempt::TableMissing(error)),
                Some(errno::LOCK_WAIT_TIMEOUT) => {
                    let early = self.is_early(asked);
                    let error = self.explain_wait(error, !early);
                    if error.is_unfit_host() {
                        self.skip_host(error);
                        return Ok(Attempt::WrongHost);
                    }
                    self.connection = None;
                    Err(error)
                }
                _ if self.mode() != Mode::Advisory => Ok(Attempt::WrongMode),
                _ => {
                    // Whether the lock was granted before the statement failed: only the end of the connection is certain.
                    self.connection = None;
                    Err(error)
                }
            };
        }
        let set = reply.sets.pop();
        let (granted, clustered) = match set.as_ref().and_then(|set| set.rows.first()) {
            Some(row) => (row.integer(sql::GRANTED), row.is_on(sql::WSREP_ON)),
            None => (None, false),
        };
        if granted == Some(1) {
            // Where it counts for nothing it is given back by the next packet.
            self.held = Some(Held::advisory(key, name.clone()));
        }
        if clustered && self.config.lock.is_none() {
            self.learn_clustered();
        }
        if self.mode() != Mode::Advisory {
            return Ok(Attempt::WrongMode);
        }
        if self.skips_read_only_host(set.as_ref()) {
            return Ok(Attempt::WrongHost);
        }
        match granted {
            Some(0) if timeout == LockTimeout::Limit(Duration::ZERO) => Ok(Attempt::TimedOut(Mode::Advisory)),
            Some(0) => self.wait_advisory(key, name, timeout),
            Some(_) => Ok(Attempt::Done(found(self.row_from(set)?))),
            None => Err(self.denied()),
        }
    }

    fn denied(&mut self) -> Error {
        // Who cannot say that it was granted cannot be believed that it was not.
        if let Some(connection) = &mut self.connection {
            connection.forbid_reuse();
        }
        Error::LockDenied {
            host: self.host(),
            why: "GET_LOCK gave NULL: out of memory, or the statement was killed",
        }
    }

    /// Somebody else has the lock. Two statements in one packet: the second reads what the last holder wrote, since each
    /// takes its own snapshot, and no table stays open during the wait.
    fn wait_advisory(&mut self, key: SessionKey, name: String, timeout: LockTimeout) -> Result<Attempt> {
        let select = sql::select_settled(&self.table, key).literal();
        let statements = Statement::new(format!("{};{select}", advisory::acquire(&name, timeout)));
        let mut reply = self.send(&statements, timeout.with_io(self.config.io_timeout))?;
        match reply
            .sets
            .first()
            .and_then(|set| set.rows.first())
            .map(|row| row.integer(0))
        {
            Some(Some(1)) => self.held = Some(Held::advisory(key, name)),
            Some(Some(_)) => return Ok(Attempt::TimedOut(Mode::Advisory)),
            Some(None) => return Err(self.denied()),
            None if reply.error.is_none() => return Err(self.out_of_sync()),
            None => {}
        }
        if let Some(error) = reply.error.take() {
            if self.held_mode(key).is_some() && error.is_wait_timeout() {
                return Err(self.explain_wait(error, true));
            }
            return failed_attempt(error, Mode::Advisory);
        }
        if self.skips_read_only_host(reply.sets.last()) {
            return Ok(Attempt::WrongHost);
        }
        Ok(Attempt::Done(found(self.row_from(reply.sets.pop())?)))
    }

    fn attempt_row(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        let select = sql::select_locking(&self.table, key, timeout);
        self.lock_wait = row::lock_wait_seconds(timeout);
        let started = Instant::now();
        let mut reply = self.send_locking(&select, timeout.with_io(self.config.io_timeout))?;
        let early = match timeout {
            LockTimeout::Forever => true,
            LockTimeout::Limit(limit) => started.elapsed() + TOLERANCE < limit,
        };
        if let Some(error) = reply.error.take_if(|error| early && error.is_wait_timeout()) {
            // Not the row's lock, which is waited for to the end.
            let error = self.explain_wait(error, false);
            if error.is_unfit_host() {
                self.skip_host(error);
                return Ok(Attempt::WrongHost);
            }
            return Err(error);
        }
        if self.mode() != Mode::Row {
            // The next packet ends the transaction.
            self.held = Some(Held::row(key));
            return Ok(Attempt::WrongMode);
        }
        if let Some(error) = reply.error.take() {
            return failed_attempt(error, Mode::Row);
        }
        if self.skips_read_only_host(reply.sets.last()) {
            return Ok(Attempt::WrongHost);
        }
        if let Some(row) = self.row_from(reply.sets.pop())? {
            self.held = Some(Held::row(key));
            return Ok(Attempt::Done(Found::Row(row)));
        }
        if if_absent == IfAbsent::Leave {
            return Ok(Attempt::Done(Found::Absent { placeholder: None }));
        }
        // A lock on a row that is not there blocks nobody: put one there, which stays ours until this transaction ends.
        let placeholder = Version::new_session(Instance::UNKNOWN);
        let timeout = timeout.remaining(started.elapsed());
        let claim = sql::claim(&self.table, key, placeholder).literal();
        let select = sql::select_locking(&self.table, key, timeout).literal();
        self.lock_wait = row::lock_wait_seconds(timeout);
        let statements = Statement::new(format!("{claim};{select}"));
        let mut reply = self.send(&statements, timeout.with_io(self.config.io_timeout))?;
        if let Some(error) = reply.error.take() {
            return failed_attempt(error, Mode::Row);
        }
        if self.skips_read_only_host(reply.sets.last()) {
            return Ok(Attempt::WrongHost);
        }
        let row = self.row_from(reply.sets.pop())?;
        self.held = Some(Held::row(key));
        Ok(Attempt::Done(match row {
            Some(row) if row.version != placeholder => Found::Row(row),
            _ => Found::Absent {
                placeholder: Some(placeholder),
            },
        }))
    }

    /// Whether the server that gave this row takes no writes, from those that it lets in as administrators either: a lock there
    /// is worth nothing.
    fn skips_read_only_host(&mut self, set: Option<&ResultSet>) -> bool {
        let row = set.and_then(|set| set.rows.first());
        let read_only = row.is_some_and(|row| row.is_on(sql::READ_ONLY));
        if read_only {
            let host = self.host();
            self.skip_host(Error::read_only(host));
        }
        read_only
    }

    /// A time-out that came before its time: not the row's lock, which is waited for to the end.
    fn is_early(&self, asked: Instant) -> bool {
        asked.elapsed() + TOLERANCE < Duration::from_secs(self.lock_wait)
    }

    fn timed_out(&mut self, key: SessionKey, mode: Mode, waited: Duration) -> Error {
        let name = self.lock_name(key);
        let holder = match &mut self.connection {
            Some(connection) => {
                if mode == Mode::Row {
                    // The time-out ended the statement, not the transaction. An error here is the next packet's too.
                    let _ = connection.query("ROLLBACK");
                    self.in_transaction = false;
                }
                Holder::find(connection, mode, &name, waited.as_secs())
            }
            None => Holder::default(),
        };
        if mode == Mode::Row && self.table_is_locked() {
            let (host, waited) = (self.host(), seconds(waited));
            let source = DbError::Driver(format!("waited {waited}"));
            return Error::TableLocked { host, source };
        }
        Error::LockTimeout { waited, holder }
    }
}

fn failed_attempt(error: Error, mode: Mode) -> Result<Attempt> {
    match error.code() {
        Some(code) if errno::is_lock_timeout(code) => Ok(Attempt::TimedOut(mode)),
        Some(errno::NO_SUCH_TABLE) => Ok(Attempt::TableMissing(error)),
        _ => Err(error),
    }
}

fn found(row: Option<Row>) -> Found {
    match row {
        Some(row) => Found::Row(row),
        None => Found::Absent { placeholder: None },
    }
}
