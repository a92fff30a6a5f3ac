//! The innermost cause of an error, as the server or the network reported it.

use crate::db::errno;

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
    /// The failure concerns the host, and so every account that uses it.
    pub(super) fn is_about_host(&self) -> bool {
        match self {
            Self::Server { code, .. } => errno::is_about_host(*code),
            Self::TimedOut | Self::Network(_) => true,
            Self::Driver(_) => false,
        }
    }

    /// The server's error number. `None`: the error is not an answer of the server.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Server { code, .. } => Some(*code),
            _ => None,
        }
    }
}
