//! The two ways to hold a session, as SQL.
//!
//! | mode | taken by | waits in | freed by |
//! |---|---|---|---|
//! | `advisory` | `GET_LOCK` | the server's metadata locks | `RELEASE_LOCK`, end of the connection |
//! | `row` | `SELECT ... FOR UPDATE` in a transaction | InnoDB's lock queue | `COMMIT`, `ROLLBACK`, end of the connection |
//! | `unlocked` | – | – | – |
//!
//! `store::acquire` and `store::change` send these texts, `store::held` is what is held; `holder` finds out who else holds a session.

pub mod advisory;
pub mod holder;
pub mod row;

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Advisory,
    Row,
    Unlocked,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Row => "row",
            Self::Unlocked => "unlocked",
        }
    }
}

/// How long a request waits in the server for another to finish.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LockTimeout {
    #[default]
    Forever,
    Limit(Duration),
}

impl LockTimeout {
    /// For a setting that takes whole seconds: never shorter than asked.
    fn whole_seconds(self, for_ever: u64) -> u64 {
        match self {
            Self::Forever => for_ever,
            Self::Limit(limit) => limit.as_secs() + u64::from(limit.subsec_nanos() > 0),
        }
    }

    /// The limit, if it is not a whole number of seconds.
    fn fraction(self) -> Option<Duration> {
        match self {
            Self::Limit(limit) if limit.subsec_nanos() > 0 => Some(limit),
            _ => None,
        }
    }

    pub fn is_over(self, waited: Duration) -> bool {
        matches!(self, Self::Limit(limit) if waited >= limit)
    }

    pub fn at_least(self, least: Duration) -> Self {
        match self {
            Self::Forever => Self::Forever,
            Self::Limit(limit) => Self::Limit(limit.max(least)),
        }
    }

    pub fn remaining(self, waited: Duration) -> Self {
        match self {
            Self::Forever => Self::Forever,
            Self::Limit(limit) => Self::Limit(limit.saturating_sub(waited)),
        }
    }

    /// How long the socket may stay silent while the server waits; `None`: TCP keepalive alone bounds it.
    pub fn with_io(self, io_timeout: Duration) -> Option<Duration> {
        match self {
            Self::Forever => None,
            // Servers round a wait up to whole seconds.
            Self::Limit(limit) => Some(limit + io_timeout + Duration::from_secs(1)),
        }
    }
}
