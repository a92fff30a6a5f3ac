//! A session as the store has it, read with its lock or without. Called by `handler`; what `session` makes of it is not known here.
//!
//! A lock that cannot be had is an error, or a read-only session, as `rustsql.lock_failure` says.

use std::time::{Duration, Instant};

use crate::config::{Config, LockFailure};
use crate::error::{Error, Result, seconds};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::store::{Found, IfAbsent, Store};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Locked,
    LockFree,
    ReadOnly,
}

/// A session as the store found it.
pub struct Loaded {
    pub found: Found,
    pub access: Access,
    pub waited: Duration,
}

impl Loaded {
    pub fn is_live(&self) -> bool {
        matches!(&self.found, Found::Row(row) if row.is_live())
    }
}

/// Locks the session and reads it, unless `lock_free` or the settings ask for no lock. `notices` gets what the script should
/// hear of a session that could be opened.
pub fn load(
    store: &mut impl Store,
    config: &Config,
    key: SessionKey,
    lock_free: bool,
    if_absent: IfAbsent,
    notices: &mut Vec<String>,
) -> Result<Loaded> {
    let started = Instant::now();
    if lock_free || config.read_only || store.mode() == Mode::Unlocked {
        return load_lock_free(store, config, key, Access::LockFree, started);
    }
    store.within(config.lock_timeout.with_io(config.io_timeout));
    let mut result = store.lock(key, if_absent, config.lock_timeout);
    // Nothing was decided yet, and a connection kept for a new id may have been closed meanwhile.
    if matches!(&result, Err(error) if error.is_quickly_lost()) {
        result = store.lock(key, if_absent, config.lock_timeout);
    }
    match result {
        Ok(found) => Ok(Loaded {
            found,
            access: Access::Locked,
            waited: started.elapsed(),
        }),
        Err(Error::LockTimeout { waited, holder }) if config.lock_failure == LockFailure::ReadOnly => {
            notices.push(format!(
                "the session is opened read-only: waited {} for its lock, {holder}",
                seconds(waited)
            ));
            load_lock_free(store, config, key, Access::ReadOnly, started)
        }
        Err(error) if error.is_table_locked() && config.lock_failure == LockFailure::ReadOnly => {
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
        Err(error) if error.is_quickly_lost() => store.peek(key)?,
        row => row?,
    };
    Ok(Loaded {
        found: row.map_or(Found::Absent { placeholder: None }, Found::Row),
        access,
        waited: started.elapsed(),
    })
}

/// For all that a step asks of a server which it has a lock of, or needs none of.
pub fn time_to_answer(config: &Config) -> Option<Duration> {
    Some(config.io_timeout)
}

/// How long a lock that was lost is waited for. The server may need a moment to notice that the lost connection, which had it,
/// has ended.
pub fn relock_timeout(config: &Config) -> LockTimeout {
    config.lock_timeout.at_least(Duration::from_secs(1))
}

/// The same with the answers; `None`: that may last for ever.
pub fn time_to_relock(config: &Config) -> Option<Duration> {
    relock_timeout(config).with_io(config.io_timeout)
}
