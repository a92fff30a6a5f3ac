//! The errors of the driver. The kinds are those that the caller handles differently.

use std::io;

use mysql_common::io::ParseBuf;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The server's error for a statement or the login. After a statement the connection is still usable.
    Server {
        code: u16,
        sqlstate: String,
        message: String,
    },
    /// The deadline passed.
    TimedOut,
    /// The host cannot be reached, does not listen, or hung up.
    Network(String),
    /// This machine lacks something: file descriptors, ports, a usable path.
    Local(String),
    /// The server violated the protocol.
    Malformed(&'static str),
    /// TLS did not come about, or it broke.
    Tls(Box<rustls::Error>),
    /// The server offers no TLS. The text is that of [`super::TlsRequest::required`].
    NoTls(&'static str),
    /// The answer is larger than [`super::bound_answers`] allows.
    TooLarge { limit: usize },
    /// The account needs an authentication plugin that this client does not have.
    UnknownPlugin(String),
    /// The server wants the password as it is. `allowed`: it could have it on a way on which nobody else reads it.
    ClearText { allowed: bool },
    /// The key that the password is to be encrypted with is none of RSA in PEM format, or too short.
    UnusableKey,
    /// The account's password is stored in the format of before MySQL 4.1.
    OldPassword,
    /// The name of a product that has the protocol, but cannot lock sessions.
    Unsuitable(&'static str),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::*;
        let text = error.to_string();
        match error.kind() {
            WouldBlock | TimedOut => Self::TimedOut,
            ConnectionRefused | ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof | NotFound
            | HostUnreachable | NetworkUnreachable => Self::Network(text),
            _ => Self::Local(text),
        }
    }
}

impl Error {
    /// The first byte of a packet that is an error.
    pub(super) const HEADER: u8 = 0xff;

    /// The error in a packet that begins with [`Self::HEADER`].
    pub(super) fn of_packet(packet: &[u8]) -> Self {
        let mut rest = ParseBuf(packet.get(1..).unwrap_or_default());
        let Some(code) = rest.checked_eat_u16_le() else {
            return Self::Malformed("an error without a number");
        };
        // Some errors at login have no SQLSTATE.
        let sqlstate = match rest.0 {
            [b'#', sqlstate @ ..] if sqlstate.len() >= 5 => {
                rest = ParseBuf(&sqlstate[5..]);
                String::from_utf8_lossy(&sqlstate[..5]).into_owned()
            }
            _ => "HY000".to_owned(),
        };
        Self::Server {
            code,
            sqlstate,
            message: String::from_utf8_lossy(rest.0).into_owned(),
        }
    }
}
