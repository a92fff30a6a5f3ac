//! Loads a session from the store, with its lock or without. `handler` calls it, and makes a `Session` of the result.
//!
//! If another request holds the lock for too long, the result is an error or a read-only session (`rustsql.lock_failure`).

use std::time::{Duration, Instant};

use crate::config::{Config, LockFailure};
use crate::error::{Error, Result, seconds};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::store::{Found, IfAbsent, Store};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Locked(Mode),
    LockFree,
    ReadOnly,
}

/// A session as the store returned it, and how it was read.
pub struct Loaded {
    pub found: Found,
    pub access: Access,
    pub waited: Duration,
    /// The data of the old store, for a session that has no row. It is never empty.
    pub old: Option<Vec<u8>>,
}

impl Loaded {
    pub fn is_live(&self) -> bool {
        self.old.is_some() || matches!(&self.found, Found::Row(row) if row.is_live())
    }

    pub fn is_absent(&self) -> bool {
        matches!(self.found, Found::Absent { .. })
    }
}

/// Locks the session and reads it. `lock_free` and some settings make it read without a lock. Adds to `notices` the messages for
/// the script that are no errors.
pub fn load(
    store: &mut impl Store,
    config: &Config,
    key: SessionKey,
    lock_free: bool,
    if_absent: IfAbsent,
    notices: &mut Vec<String>,
) -> Result<Loaded> {
    let started = Instant::now();
    if lock_free || config.read_only || config.is_unlocked() || config.merges {
        let loaded = load_lock_free(store, config, key, Access::LockFree, started)?;
        // The old store may have it. Then one request moves it, and the others wait.
        let moves = config.merges && config.migrate_from.is_some() && loaded.is_absent();
        if lock_free || config.read_only || if_absent == IfAbsent::Made || !moves {
            return Ok(loaded);
        }
    }
    store.within(config.lock_timeout.with_io(config.io_timeout));
    let mut result = store.lock(key, if_absent, config.lock_timeout);
    // A retry is safe, since nothing was read yet. The server may have closed the connection that `session_regenerate_id()` kept.
    if matches!(&result, Err(error) if error.is_lost_without_timeout()) {
        result = store.lock(key, if_absent, config.lock_timeout);
    }
    match result {
        Ok(found) => Ok(Loaded {
            found,
            access: store.held(key).map_or(Access::LockFree, Access::Locked),
            waited: started.elapsed(),
            old: None,
        }),
        Err(Error::LockTimeout { waited, holder }) if config.lock_failure == LockFailure::ReadOnly => {
            notices.push(format!(
                "the session is opened read-only: waited {} for its lock, {holder}",
                seconds(waited)
            ));
            load_lock_free(store, config, key, Access::ReadOnly, started)
        }
        Err(error)
            if (error.is_table_locked() || matches!(error, Error::TooManyWaiters { .. }))
                && config.lock_failure == LockFailure::ReadOnly =>
        {
            let notice = format!("the session is opened read-only: {}", error.brief());
            let loaded = load_lock_free(store, config, key, Access::ReadOnly, started)?;
            notices.push(notice);
            Ok(loaded)
        }
        Err(error) => Err(error),
    }
}

fn load_lock_free(
    store: &mut impl Store,
    config: &Config,
    key: SessionKey,
    access: Access,
    started: Instant,
) -> Result<Loaded> {
    store.within(time_to_answer(config));
    let row = match store.peek(key) {
        Err(error) if error.is_lost_without_timeout() => store.peek(key)?,
        row => row?,
    };
    Ok(Loaded {
        found: row.map_or(Found::Absent { placeholder: None }, Found::Row),
        access,
        waited: started.elapsed(),
        old: None,
    })
}

/// The time for all answers of a step that does not wait for a session's lock.
pub fn time_to_answer(config: &Config) -> Option<Duration> {
    Some(config.io_timeout)
}

/// The timeout to take a lost lock again. It is at least a second: the server keeps the lock of the lost connection until it
/// detects that the connection has ended.
pub fn relock_timeout(config: &Config) -> LockTimeout {
    config.lock_timeout.at_least(Duration::from_secs(1))
}

/// The time for a step that takes a lost lock again. `None`: no limit.
pub fn time_to_relock(config: &Config) -> Option<Duration> {
    relock_timeout(config).with_io(config.io_timeout)
}
