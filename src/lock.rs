//! The types of locking: the mode, the timeout, and the connection that holds a lock.
//!
//! Plain data that `config`, `error`, `session` and `store` share. `store::lock` has the statements.

use std::fmt;
use std::time::Duration;

/// | mode | taken by | waits in | freed by |
/// |---|---|---|---|
/// | `advisory` | `GET_LOCK` | the server's metadata locks | `RELEASE_LOCK`, end of the connection |
/// | `row` | `SELECT ... FOR UPDATE` in a transaction | InnoDB's lock queue | `COMMIT`, `ROLLBACK`, end of the connection |
/// | `unlocked` | – | – | – |
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

/// The time that a request waits in the server for another request's lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LockTimeout {
    #[default]
    Forever,
    Limit(Duration),
}

impl LockTimeout {
    /// The timeout rounded up to whole seconds.
    pub fn whole_seconds(self, for_ever: u64) -> u64 {
        match self {
            Self::Forever => for_ever,
            Self::Limit(limit) => limit.as_secs() + u64::from(limit.subsec_nanos() > 0),
        }
    }

    /// The limit, if it is not a whole number of seconds.
    pub fn fraction(self) -> Option<Duration> {
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

    /// The time limit for the answer of a statement that waits for the lock. `None`: only TCP keepalive bounds it.
    pub fn with_io(self, io_timeout: Duration) -> Option<Duration> {
        match self {
            Self::Forever => None,
            // Servers may round the wait up to whole seconds.
            Self::Limit(limit) => Some(limit + io_timeout + Duration::from_secs(1)),
        }
    }
}

/// The connections that hold the lock, or may hold it, as far as this account can see them.
#[derive(Debug, Default)]
pub struct Holder {
    pub connections: Vec<HoldingConnection>,
    /// What the operator can do to see more.
    pub hint: Option<String>,
}

#[derive(Debug, Default)]
pub struct HoldingConnection {
    pub id: u64,
    pub address: Option<String>,
    pub idle_seconds: Option<u64>,
    pub pid: Option<String>,
    pub script: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.connections.as_slice() {
            [] => match &self.hint {
                Some(hint) => write!(f, "the server does not tell by whom: {hint}"),
                None => write!(f, "the server does not tell by whom"),
            },
            [only] => write!(f, "held by {only}"),
            several => {
                write!(f, "held by one of: ")?;
                for (at, known) in several.iter().enumerate() {
                    write!(f, "{}{known}", if at > 0 { "; " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for HoldingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.id)?;
        if let Some(address) = &self.address {
            write!(f, " from {address}")?;
        }
        if let Some(idle) = self.idle_seconds {
            write!(f, ", idle for {idle} s")?;
        }
        if let Some(pid) = &self.pid {
            write!(f, ", pid {pid}")?;
        }
        if let Some(script) = &self.script {
            write!(f, ", script {script}")?;
        }
        Ok(())
    }
}
