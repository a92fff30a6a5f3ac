//! Where sessions are kept, and as whom.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Socket(String),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Socket(path) => write!(f, "{path}"),
        }
    }
}

/// Hosts, account and database. It has no `Debug`, since it holds the password.
#[derive(Clone, Default, PartialEq)]
pub struct Target {
    /// In the order in which they are tried.
    pub addresses: Vec<Address>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub database: Option<String>,
}
