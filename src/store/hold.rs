//! What a connection holds.
//!
//! Plain data within `link`. A connection that ends gives all of it back.
//!
//! | | taken by | given back by |
//! |---|---|---|
//! | `Nothing` | | |
//! | `Transaction` | the first statement, where rows are locked, also if it found no row | `COMMIT`, `ROLLBACK` |
//! | `Advisory` | `GET_LOCK` = 1 | `RELEASE_LOCK` in the statement that wrote, in its packet, or in a later one |
//! | `Row` | `SELECT ... FOR UPDATE`, or the claim of an absent row | `COMMIT` in the packet that wrote, or `ROLLBACK` |

use crate::lock::Mode;
use crate::session_id::SessionKey;

#[derive(Debug, PartialEq, Eq)]
pub enum Hold {
    Nothing,
    Transaction,
    Advisory {
        key: SessionKey,
        name: String,
        /// The statement that gives the lock back.
        release: String,
    },
    /// The transaction is open, too.
    Row {
        key: SessionKey,
    },
}

impl Hold {
    /// Which session is locked, and how.
    pub fn session(&self) -> Option<(SessionKey, Mode)> {
        match self {
            Self::Nothing | Self::Transaction => None,
            Self::Advisory { key, .. } => Some((*key, Mode::Advisory)),
            Self::Row { key } => Some((*key, Mode::Row)),
        }
    }

    /// The statement that gives back all that is held, and writes nothing.
    pub fn release(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Transaction | Self::Row { .. } => Some("ROLLBACK"),
            Self::Advisory { release, .. } => Some(release),
        }
    }

    /// The statement that gives a session back behind what was written to it.
    pub fn release_written(&self) -> Option<&str> {
        match self {
            Self::Nothing | Self::Transaction => None,
            Self::Advisory { release, .. } => Some(release),
            Self::Row { .. } => Some("COMMIT"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_held_is_given_back() {
        let key = SessionKey::new("", b"abc").unwrap();
        let (name, release) = ("n".to_owned(), "DO RELEASE_LOCK('n')".to_owned());
        let advisory = Hold::Advisory { key, name, release };
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
                Some("DO RELEASE_LOCK('n')"),
                Some("DO RELEASE_LOCK('n')"),
            ),
        ] {
            assert_eq!(hold.session(), session);
            assert_eq!(hold.release(), release);
            assert_eq!(hold.release_written(), release_written);
        }
    }
}
