//! The lock that a connection holds.
//!
//! Plain data: `acquire` makes it; `change`, `exchange` and `link` give the lock back.
//!
//! | | taken by | given back by |
//! |---|---|---|
//! | `Advisory` | `GET_LOCK` = 1 | `RELEASE_LOCK` in the statement that wrote, in its packet, or in a later one |
//! | `Row` | `SELECT ... FOR UPDATE`, or the claim of an absent row | `COMMIT` in the packet that wrote, or `ROLLBACK` |
//!
//! Either ends with the connection at the latest.

use crate::lock::{Mode, advisory};
use crate::session_id::SessionKey;

pub struct Held {
    pub key: SessionKey,
    pub mode: Mode,
    /// Of the advisory lock.
    pub name: String,
}

impl Held {
    pub fn advisory(key: SessionKey, name: String) -> Self {
        let mode = Mode::Advisory;
        Self { key, mode, name }
    }

    pub fn row(key: SessionKey) -> Self {
        let (mode, name) = (Mode::Row, String::new());
        Self { key, mode, name }
    }

    /// The statement that gives it back and writes nothing.
    pub fn release(&self) -> Option<String> {
        match self.mode {
            Mode::Advisory => Some(advisory::release(&self.name)),
            Mode::Row => Some("ROLLBACK".to_owned()),
            Mode::Unlocked => None,
        }
    }
}
