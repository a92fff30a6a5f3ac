//! The kinds of errors. Each kind is something that the operator handles in its own way.
//!
//! A message begins in lower case and leaves the cause to `source()`. It never has a password, a DSN or a session id in it.

mod cause;
#[cfg(test)]
mod documented_tests;
mod message;
mod refusal;
mod unreadable;

pub use cause::DbError;
pub use message::explain_all;
pub use refusal::Refusal;
pub use unreadable::Unreadable;

use std::time::Duration;

use crate::db::errno;
use crate::lock::Holder;
use crate::merge::Conflict;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),

    #[error("the session id has characters or a length that PHP does not allow (A-Z a-z 0-9 , - and 1 to 256 of them)")]
    SessionId,

    /// `SessionId`, while a session starts. `again`: this request has warned already.
    #[error(
        "the session id from the visitor's cookie (unless the script set it) has characters or a length that PHP \
     does not allow (A-Z a-z 0-9 , - and 1 to 256 of them); nothing was read"
    )]
    VisitorsId { again: bool },

    #[error("the session is not open")]
    NotOpen,

    #[error(
        "the open session belongs to another save handler; call session_set_save_handler() again after session_module_name()"
    )]
    OtherHandler,

    #[error("cannot connect to {host}")]
    Connect {
        host: String,
        cure: &'static str,
        source: DbError,
    },

    /// No host of the DSN accepted a connection. The text has the error of each.
    #[error("no host can be used: {0}")]
    NoHost(String),

    #[error("{host} refuses the login")]
    Login {
        host: String,
        cure: &'static str,
        source: DbError,
    },

    /// The server's version names a product that cannot lock a session and read it in one statement.
    #[error("{host} is {name}, where no statement can lock a session and read it")]
    Unsuitable { host: String, name: &'static str },

    /// The database or the table is missing or has the wrong shape, or the account lacks privileges on it.
    #[error("{host}: {what}")]
    Schema {
        host: String,
        what: Box<str>,
        cure: Box<str>,
        source: Option<DbError>,
    },

    #[error("the session is locked by another request: waited {}, {holder}", seconds(*.waited))]
    LockTimeout { waited: Duration, holder: Holder },

    /// `rustsql.max_waiters`: this request does not wait.
    #[error(
        "the session is locked by another request, and {waiting} requests of this web host wait for it already (rustsql.max_waiters)"
    )]
    TooManyWaiters { waiting: usize },

    /// Not all sessions of a tag were ended.
    #[error("{ended} sessions were ended; others are still locked by requests that use them: waited {}", seconds(*.waited))]
    StillHeld { ended: u64, waited: Duration },

    /// The server refused the lock without waiting.
    #[error("{host} did not grant the lock: {why}")]
    LockDenied { host: String, why: &'static str },

    #[error("the connection to {host} was lost")]
    ConnectionLost { host: String, source: DbError },

    /// A deadlock, or a conflict with another node of a cluster. The transaction has ended, and nothing was written.
    #[error("{host} rolled the statement back")]
    Conflict { host: String, source: DbError },

    /// A lock wait timeout: of a row lock, a table lock, or a Galera node that waits for its cluster. Nothing was written, and the
    /// transaction is still open.
    #[error("{host} rolled the statement back")]
    WaitTimeout { host: String, source: DbError },

    /// Nothing was written. Another host would not help: the wait ends when the table lock is released.
    #[error("{host}: the table is locked (by ALTER TABLE, LOCK TABLES, FLUSH TABLES WITH READ LOCK or a backup)")]
    TableLocked { host: String, source: DbError },

    /// The host is a replica, a demoted primary, or a node outside its cluster's primary component.
    #[error("{host} takes no writes")]
    UnfitHost { host: String, source: DbError },

    #[error("{host} answered with an error")]
    Server {
        host: String,
        cure: Option<&'static str>,
        source: DbError,
    },

    #[error("the session has {bytes} bytes, and {limit}; the stored data stays")]
    TooLarge { bytes: usize, limit: String },

    #[error("{host} sends more than {limit} bytes, which is all that memory_limit leaves; the stored data stays")]
    TooLargeToRead { host: String, limit: usize },

    #[error("the session was not written: {reason}{end}", reason = .0, end = .0.consequence())]
    Refused(Refusal),

    /// `rustsql.lock=merge`.
    #[error("the session was not written: {0}; the stored data stays")]
    Unmergeable(Conflict),

    #[error("the session is stored with format {0}, which this version cannot read; the stored data stays")]
    Format(u8),

    #[error("the stored session cannot be read: {0}; the stored data stays")]
    Unreadable(Unreadable),

    /// The handler of `rustsql.migrate_from`, and what is wrong with it.
    #[error(
        "the session is not in the database, and cannot be read from the old save handler '{0}': {1}; nothing was written"
    )]
    OldUnreadable(String, String),

    #[error("the session was written to the database, but not to the old save handler '{0}': {1}")]
    OldNotWritten(String, String),

    #[error(
        "the session has moved to the database, but its copy could not be removed from the old save handler '{0}': {1}"
    )]
    OldNotRemoved(String, String),

    #[error(
        "the session was destroyed, but stays in the old save handler '{0}': {1}; an empty session in the database keeps it from coming back"
    )]
    OldNotDestroyed(String, String),

    /// A `destroy` failed after the old save handler had destroyed its copy.
    #[error("the session was destroyed in the old save handler, but not in the database")]
    CopyAloneDestroyed(#[source] Box<Error>),

    #[error("the session cannot be encrypted: {0}; the stored data stays")]
    NotEncrypted(&'static str),
}

impl Error {
    pub fn read_only(host: String) -> Self {
        let source = DbError::Driver("read_only or innodb_read_only is on".into());
        Self::UnfitHost { host, source }
    }

    /// The answer does not match the statement, so no later answer on this connection can be trusted.
    pub fn out_of_sync(host: String) -> Self {
        let source = DbError::Driver("it sent an invalid answer".into());
        Self::ConnectionLost { host, source }
    }

    /// The cause of a `Server` error.
    pub fn into_source(self) -> Option<DbError> {
        match self {
            Self::Server { source, .. } => Some(source),
            _ => None,
        }
    }

    /// The server's error number, if this is the answer to a statement.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::ConnectionLost { source, .. }
            | Self::Conflict { source, .. }
            | Self::WaitTimeout { source, .. }
            | Self::TableLocked { source, .. }
            | Self::UnfitHost { source, .. }
            | Self::Server { source, .. } => source.code(),
            _ => None,
        }
    }

    /// The connection is lost, with its locks and its open transaction. The last statement may have been executed.
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::ConnectionLost { .. })
    }

    /// The failure concerns the host, and so every account that uses it.
    pub fn is_about_host(&self) -> bool {
        match self {
            Self::UnfitHost { .. } | Self::Unsuitable { .. } => true,
            Self::Connect { source, .. } | Self::Login { source, .. } => source.is_about_host(),
            Self::ConnectionLost { source, .. } => *source == DbError::TimedOut,
            _ => false,
        }
    }

    /// Connecting timed out, or the connection timed out later.
    pub fn is_host_timeout(&self) -> bool {
        matches!(self, Self::Connect { source, .. } | Self::ConnectionLost { source, .. } if *source == DbError::TimedOut)
    }

    pub fn is_timed_out(&self) -> bool {
        matches!(self, Self::ConnectionLost { source, .. } if *source == DbError::TimedOut)
    }

    /// The connection was lost without a timeout, so a retry costs little time.
    pub fn is_lost_without_timeout(&self) -> bool {
        self.is_connection_lost() && !self.is_timed_out()
    }

    /// Nothing was written, and a retry can succeed at once.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    pub fn is_wait_timeout(&self) -> bool {
        matches!(self, Self::WaitTimeout { .. })
    }

    /// The old store has to be asked again: `handler::takeover`.
    pub fn is_not_taken_over(&self) -> bool {
        matches!(self, Self::Refused(Refusal::NotTakenOver))
    }

    pub fn is_unfit_host(&self) -> bool {
        matches!(self, Self::UnfitHost { .. })
    }

    pub fn is_table_missing(&self) -> bool {
        self.code() == Some(errno::NO_SUCH_TABLE)
    }

    pub fn is_table_locked(&self) -> bool {
        matches!(self, Self::TableLocked { .. })
    }

    /// Call this where a `WaitTimeout` can only mean that the table is locked.
    pub fn into_table_locked(self) -> Self {
        match self {
            Self::WaitTimeout { host, source } => Self::TableLocked { host, source },
            other => other,
        }
    }

    /// Call this for a `WaitTimeout` after the whole `innodb_lock_wait_timeout`: the result is not retried.
    pub fn into_row_locked(self) -> Self {
        match self {
            Self::WaitTimeout { host, source } => Self::Server {
                host,
                cure: Some(
                    "a transaction that is not rustsql's has locked the row, or the server's commits take longer than rustsql.io_timeout",
                ),
                source,
            },
            other => other,
        }
    }

    /// Call this where a `WaitTimeout` can only mean that the host takes no writes.
    pub fn into_unfit_host(self) -> Self {
        match self {
            Self::WaitTimeout { host, source } => Self::UnfitHost { host, source },
            other => other,
        }
    }

    /// The row was read and its lock was taken, but its data cannot be opened.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Format(_) | Self::Unreadable(_))
    }

    /// A retry can succeed: on a new connection, on another host, or after the row was read again.
    pub fn is_retryable(&self) -> bool {
        self.is_connection_lost() || self.is_conflict() || self.is_wait_timeout() || self.is_unfit_host()
    }
}

// Not `#[from]`, which would make it the cause as well: the message would say it twice.
impl From<Unreadable> for Error {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

/// A wrong setting. `key` names it; `problem` says what is wrong and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct ConfigError {
    pub key: String,
    pub problem: String,
}

impl ConfigError {
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
        }
    }

    /// Names the setting, unless the error names one already.
    pub fn about(mut self, key: &str) -> Self {
        if self.key.is_empty() {
            self.key = key.to_owned();
        }
        self
    }
}

pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
