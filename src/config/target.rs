//! Where sessions are kept, and as whom.

use std::fmt;
use std::net::IpAddr;

use super::password::Password;
use super::value::TlsMode;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Socket(String),
}

impl Address {
    /// `None`: a socket, or a name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp { host, .. } => host.parse().ok(),
            Self::Socket(_) => None,
        }
    }

    /// It has to be resolved.
    pub fn is_name(&self) -> bool {
        matches!(self, Self::Tcp { .. }) && self.ip().is_none()
    }
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
    pub password: Option<Password>,
    pub database: Option<String>,
    pub tls: Tls,
}

/// How connections by TCP are encrypted. A path is empty if none is given.
#[derive(Clone, Default, PartialEq)]
pub struct Tls {
    pub(super) mode: TlsMode,
    pub ca: String,
    pub cert: String,
    pub key: String,
    /// The name that the certificate must have. `None`: that of the address.
    pub name: Option<String>,
}

impl Tls {
    /// Takes from a defaults file what no setting says.
    pub(super) fn complete(&mut self, file: Self) {
        if self.mode == TlsMode::default() {
            self.mode = file.mode;
        }
        if self.ca.is_empty() {
            self.ca = file.ca;
        }
        if self.cert.is_empty() && self.key.is_empty() {
            (self.cert, self.key) = (file.cert, file.key);
        }
    }

    /// Whoever names an authority wants it to be asked, so `tls_ca` makes the modes that verify nothing stricter.
    pub fn mode(&self) -> TlsMode {
        match self.mode {
            TlsMode::Preferred if !self.ca.is_empty() => TlsMode::VerifyIdentity,
            TlsMode::Required if !self.ca.is_empty() => TlsMode::VerifyCa,
            mode => mode,
        }
    }

    /// A connection with TLS is one to this server. A public authority signs a certificate for anybody, so without a name it says
    /// nothing about the server.
    pub fn is_verified(&self) -> bool {
        match self.mode() {
            TlsMode::VerifyIdentity => true,
            TlsMode::VerifyCa => !self.ca.is_empty(),
            TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => false,
        }
    }
}
