//! The lock or the transaction that a connection holds.
//!
//! Plain data, a part of `link`. The end of the connection releases all of it.
//!
//! | | taken by | released by |
//! |---|---|---|
//! | `Nothing` | | |
//! | `Transaction` | any statement without autocommit, also if it finds no row | `COMMIT`, `ROLLBACK` |
//! | `Advisory` | `GET_LOCK` = 1 | `RELEASE_LOCK` in the statement that writes, in its packet, or in a later one |
//! | `Row` | `SELECT ... FOR UPDATE`, or an INSERT of an absent row | `COMMIT` in the packet that writes, or `ROLLBACK` |

use std::borrow::Cow;
use std::time::Duration;

use super::sql;
use crate::lock::Mode;
use crate::session_id::{LockName, SessionKey};

/// The lock of a session whose id this request has made, which was asked for without waiting for the answer: `lock::ahead`.
pub struct Asked {
    pub key: SessionKey,
    /// A row is inserted. False: it is an advisory lock.
    pub is_claim: bool,
    /// The number of answers before that of the lock.
    pub before: usize,
    /// The longest time until the answer.
    pub time: Option<Duration>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Hold {
    Nothing,
    Transaction,
    Advisory {
        key: SessionKey,
        name: LockName,
    },
    /// With the transaction that the row is locked in.
    Row {
        key: SessionKey,
    },
}

impl Hold {
    /// The locked session, and the mode in which it is locked.
    pub fn session(&self) -> Option<(SessionKey, Mode)> {
        match self {
            Self::Nothing | Self::Transaction => None,
            Self::Advisory { key, .. } => Some((*key, Mode::Advisory)),
            Self::Row { key } => Some((*key, Mode::Row)),
        }
    }

    /// The statement that releases everything. It undoes what was written in the transaction.
    pub fn release(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Nothing => None,
            Self::Transaction | Self::Row { .. } => Some("ROLLBACK".into()),
            Self::Advisory { name, .. } => Some(sql::release_lock(name).into()),
        }
    }

    /// The statement that releases the session after a write to it.
    pub fn release_written(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Nothing | Self::Transaction => None,
            Self::Advisory { name, .. } => Some(sql::release_lock(name).into()),
            Self::Row { .. } => Some("COMMIT".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_released() {
        let key = SessionKey::new("", b"abc").unwrap();
        let name = key.lock_name("app", "php_sessions");
        let release = format!("DO RELEASE_LOCK('{}')", &*name);
        let advisory = Hold::Advisory { key, name };
        for (hold, session, release, release_written) in [
            (Hold::Nothing, None, None, None),
            (Hold::Transaction, None, Some("ROLLBACK"), None),
            (
                Hold::Row { key },
                Some((key, Mode::Row)),
                Some("ROLLBACK"),
                Some("COMMIT"),
            ),
            (
                advisory,
                Some((key, Mode::Advisory)),
                Some(release.as_str()),
                Some(release.as_str()),
            ),
        ] {
            assert_eq!(hold.session(), session);
            assert_eq!(hold.release().as_deref(), release);
            assert_eq!(hold.release_written().as_deref(), release_written);
        }
    }
}
