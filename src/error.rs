//! What can go wrong, sorted by what the operator does next.
//!
//! Fragments are lowercase and say no cause: that is `source()`'s. No message holds a password, a DSN or a session id.

use std::time::Duration;

use crate::db::errno;
use crate::lock::holder::Holder;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),

    #[error("the session id has characters or a length that PHP does not allow (A-Z a-z 0-9 , - and 1 to 256 of them)")]
    SessionId,

    /// The same when a session is to be started. `again`: it has been said.
    #[error(
        "the session id, which a visitor's cookie brought unless the script set it, has characters or a length that PHP does not \
         allow (A-Z a-z 0-9 , - and 1 to 256 of them); nothing was read"
    )]
    VisitorsId { again: bool },

    #[error("the session is not open")]
    NotOpen,

    #[error(
        "the open session belongs to another save handler; call session_set_save_handler() again behind session_module_name()"
    )]
    OtherHandler,

    #[error("cannot connect to {host}")]
    Connect {
        host: String,
        cure: &'static str,
        source: DbError,
    },

    /// Every host of the DSN was passed over.
    #[error("no host can be used: {0}")]
    NoHost(String),

    #[error("{host} refuses the login")]
    Login {
        host: String,
        cure: &'static str,
        source: DbError,
    },

    /// It greets as a server whose SQL cannot do what a session needs.
    #[error("{host} is {name}, where no statement can lock a session and read it")]
    Unsuitable { host: String, name: &'static str },

    /// The database or the table is missing, not what it should be, or not this account's to use.
    #[error("{host}: {what}")]
    Schema {
        host: String,
        what: Box<str>,
        cure: Box<str>,
        source: Option<DbError>,
    },

    #[error("the session is locked by another request: waited {}, {holder}", seconds(*.waited))]
    LockTimeout { waited: Duration, holder: Holder },

    /// The server answered that the lock cannot be had, without a time-out.
    #[error("{host} did not grant the lock: {why}")]
    LockDenied { host: String, why: &'static str },

    #[error("the connection to {host} was lost")]
    ConnectionLost { host: String, source: DbError },

    /// A deadlock, a conflict with another node of a cluster, a row that was locked for too long: nothing was done.
    #[error("{host} rolled the statement back")]
    Conflict { host: String, source: DbError },

    /// Nothing was done, and the host is as good as any: whoever locks the table ends that.
    #[error("{host}: the table is locked (by ALTER TABLE, LOCK TABLES, FLUSH TABLES WITH READ LOCK or a backup)")]
    TableLocked { host: String, source: DbError },

    /// A replica, a demoted primary, a node without its cluster.
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

    #[error("the session is stored with format {0}, which this version cannot read; the stored data stays")]
    Format(u8),
}

impl Error {
    pub fn read_only(host: String) -> Self {
        let source = DbError::Driver("read_only or innodb_read_only is on".into());
        Self::UnfitHost { host, source }
    }

    /// The answer does not belong to the statement that was sent, nor would the next one.
    pub fn out_of_sync(host: String) -> Self {
        let source = DbError::Driver("its answer makes no sense".into());
        Self::ConnectionLost { host, source }
    }

    /// What the server said.
    pub fn into_source(self) -> Option<DbError> {
        match self {
            Self::Server { source, .. } => Some(source),
            _ => None,
        }
    }

    /// The connection is gone, and with it its locks and its open transaction. What it was told last may have happened.
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::ConnectionLost { .. })
    }

    /// What the operator can do about it, where that does not follow from the message.
    fn cure(&self) -> Option<&str> {
        match self {
            Self::Connect { cure, .. } | Self::Login { cure, .. } => Some(cure),
            Self::Schema { cure, .. } => Some(cure),
            Self::Server { cure, .. } => *cure,
            Self::TooLargeToRead { .. } => Some("raise memory_limit"),
            Self::UnfitHost { .. } => Some("point rustsql.dsn at the primary"),
            Self::TableLocked { .. } => Some("wait for its end: SHOW PROCESSLIST shows whose it is"),
            Self::Unsuitable { .. } => Some("point rustsql.dsn at MySQL or MariaDB"),
            _ => None,
        }
    }

    /// What happened, with its causes.
    pub fn brief(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }

    /// The whole message: what happened, its causes, what to do.
    pub fn explain(&self) -> String {
        let mut text = self.brief();
        if let Some(cure) = self.cure() {
            text.push_str("; ");
            text.push_str(cure);
        }
        text
    }

    /// What holds for every account that wants to use this host.
    pub fn is_about_host(&self) -> bool {
        match self {
            Self::UnfitHost { .. } | Self::Unsuitable { .. } => true,
            Self::Connect { source, .. } | Self::Login { source, .. } => source.is_about_host(),
            Self::ConnectionLost { source, .. } => *source == DbError::TimedOut,
            _ => false,
        }
    }

    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Connect { source, .. } | Self::ConnectionLost { source, .. } if *source == DbError::TimedOut)
    }

    pub fn is_timed_out(&self) -> bool {
        matches!(self, Self::ConnectionLost { source, .. } if *source == DbError::TimedOut)
    }

    /// The connection ended without making anybody wait: trying once more costs little.
    pub fn is_quickly_lost(&self) -> bool {
        self.is_connection_lost() && !self.is_timed_out()
    }

    /// The same again can succeed at once: nothing was decided.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Another host may do what this one cannot.
    pub fn is_unfit_host(&self) -> bool {
        matches!(self, Self::UnfitHost { .. })
    }

    pub fn is_table_locked(&self) -> bool {
        matches!(self, Self::TableLocked { .. })
    }

    /// The same answer, where it can only mean that the table is locked.
    pub fn into_table_locked(self) -> Self {
        match self {
            Self::Conflict { host, source } => Self::TableLocked { host, source },
            other => other,
        }
    }

    /// The same answer behind a whole wait for a row: nobody waits for it once more.
    pub fn into_row_locked(self) -> Self {
        match self {
            Self::Conflict { host, source } => Self::Server {
                host,
                cure: Some(
                    "another transaction than a session's holds the session's row, or the server's commits take longer than rustsql.io_timeout",
                ),
                source,
            },
            other => other,
        }
    }

    /// The same answer, where it can only mean that the host is unfit.
    pub fn into_unfit_host(self) -> Self {
        match self {
            Self::Conflict { host, source } => Self::UnfitHost { host, source },
            other => other,
        }
    }

    /// The write may succeed on a new connection, or after a look at what stands there now.
    pub fn is_worth_another_try(&self) -> bool {
        self.is_connection_lost() || self.is_conflict() || self.is_unfit_host()
    }
}

/// One after the other; what to do about all of them is told once.
pub fn explain_all(errors: &[&Error]) -> String {
    let cure = errors.first().and_then(|error| error.cure());
    let common = cure.filter(|cure| errors.iter().all(|error| error.cure() == Some(cure)));
    let each = |error: &&Error| match common {
        Some(_) => error.brief(),
        None => error.explain(),
    };
    let texts: Vec<_> = errors.iter().map(each).chain(common.map(str::to_owned)).collect();
    texts.join("; ")
}

/// Why a write was refused although the database would have taken it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("another request has written newer data since it was read")]
    Newer,
    #[error("another request has destroyed it since it was read")]
    Destroyed,
    #[error("it was opened without its lock (rustsql.lock_failure=readonly)")]
    ReadOnly,
    #[error("it could not be read before")]
    Unread,
    #[error("this process was forked from the one that opened it")]
    Forked,
    #[error(
        "PHP could not encode it: a key of $_SESSION contains '|' (rename the key, or use session.serialize_handler=php_serialize)"
    )]
    KeyWithDelimiter,
    #[error("PHP could not encode it: an exception was thrown while $_SESSION was serialized")]
    PendingException,
    #[error(
        "PHP could not decode the stored data with the current session.serialize_handler, and would have destroyed it"
    )]
    Undecodable,
}

impl Refusal {
    fn consequence(self) -> &'static str {
        match self {
            Self::Destroyed => "",
            _ => "; the stored data stays",
        }
    }
}

/// A wrong setting: which one, what is wrong with it, what would be right.
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

    /// The same, of this setting unless it names one.
    pub fn about(mut self, key: &str) -> Self {
        if self.key.is_empty() {
            self.key = key.to_owned();
        }
        self
    }
}

/// The innermost cause, as the server or the network told it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    #[error("error {code} ({sqlstate}): {message}")]
    Server {
        code: u16,
        sqlstate: String,
        message: String,
    },
    #[error("no answer in time")]
    TimedOut,
    /// The host cannot be reached, does not listen, or hangs up.
    #[error("{0}")]
    Network(String),
    #[error("{0}")]
    Driver(String),
}

impl DbError {
    fn is_about_host(&self) -> bool {
        match self {
            Self::Server { code, .. } => errno::is_about_host(*code),
            Self::TimedOut | Self::Network(_) => true,
            Self::Driver(_) => false,
        }
    }

    /// The server's number, if it was the server that answered.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Server { code, .. } => Some(*code),
            _ => None,
        }
    }
}

pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
