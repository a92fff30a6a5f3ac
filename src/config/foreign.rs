//! What parameters and options of other programs mean here: those of MySQL's clients, and those in the `DATABASE_URL` of an
//! application.

use super::value::{Result, TlsMode, boolean, tls_mode};
use crate::error::ConfigError;

/// An option of MySQL's or MariaDB's clients.
pub enum Ssl {
    Ca,
    Cert,
    Key,
    Mode(TlsMode),
    On(bool),
    Verify(bool),
}

/// `None` for any other name. An error does not quote the value.
pub fn ssl(name: &str, value: &str) -> Result<Option<Ssl>> {
    let is_on = || match value {
        "" => Ok(true),
        _ => boolean(value).or_else(|_| wrong(format!("{name} is not 0 or 1"))),
    };
    Ok(Some(match name {
        "ssl-ca" => Ssl::Ca,
        "ssl-cert" => Ssl::Cert,
        "ssl-key" => Ssl::Key,
        "ssl-mode" => match tls_mode(&value.to_ascii_lowercase()) {
            Ok(mode) => Ssl::Mode(mode),
            Err(_) => return wrong("ssl-mode is not DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY"),
        },
        "ssl" => Ssl::On(is_on()?),
        "ssl-verify-server-cert" => Ssl::Verify(is_on()?),
        "skip-ssl" | "disable-ssl" => Ssl::On(false),
        "skip-ssl-verify-server-cert" | "disable-ssl-verify-server-cert" => Ssl::Verify(false),
        _ => return Ok(None),
    }))
}

/// A parameter of a URL that is no setting of ours.
#[derive(Debug, PartialEq)]
pub enum Parameter {
    /// It is the setting of that name.
    Is(&'static str),
    /// It asks for TLS at least like that.
    Tls(TlsMode),
    /// It has no effect: a session does not depend on it.
    Nothing,
}

/// `None` for any other name. What is about security is never ignored.
///
/// Programs differ in how they spell a name: `ssl-mode` is MySQL's, `ssl_mode` and `sslmode` are those of frameworks, `sslMode`
/// is Java's. `connect-timeout` is left out, since it is in seconds or in milliseconds.
pub fn parameter(name: &str, value: &str) -> Result<Option<Parameter>> {
    let mut plain = name.to_ascii_lowercase();
    plain.retain(|c| c != '-' && c != '_');
    let name = match plain.as_str() {
        "sslmode" => "ssl-mode",
        "sslca" => "ssl-ca",
        "sslcert" => "ssl-cert",
        "sslkey" => "ssl-key",
        "ssl" | "usessl" => "ssl",
        "sslverifyservercert" | "verifyservercertificate" => "ssl-verify-server-cert",
        // Prisma's.
        "sslaccept" => match value {
            "strict" => return Ok(Some(Parameter::Tls(TlsMode::VerifyIdentity))),
            "accept_invalid_certs" => return Ok(Some(Parameter::Tls(TlsMode::Required))),
            _ => return wrong("sslaccept is not strict or accept_invalid_certs"),
        },
        "unixsocket" => return Ok(Some(Parameter::Is("socket"))),
        // Doctrine, Laravel, Rails, Prisma, in this order.
        "serverversion" | "charset" | "driver" | "collation" | "prefix" | "prefixindexes" | "strict" | "engine"
        | "timezone" | "encoding" | "pool" | "reconnect" | "connectionlimit" | "pooltimeout" | "sockettimeout" => {
            return Ok(Some(Parameter::Nothing));
        }
        _ => return Ok(None),
    };
    Ok(ssl(name, value)?.map(|option| match option {
        Ssl::Ca => Parameter::Is("tls_ca"),
        Ssl::Cert => Parameter::Is("tls_cert"),
        Ssl::Key => Parameter::Is("tls_key"),
        Ssl::Mode(mode) => Parameter::Tls(mode),
        Ssl::On(true) => Parameter::Tls(TlsMode::Required),
        Ssl::On(false) => Parameter::Tls(TlsMode::Disabled),
        Ssl::Verify(true) => Parameter::Tls(TlsMode::VerifyIdentity),
        // Nothing is verified unless it is asked for.
        Ssl::Verify(false) => Parameter::Nothing,
    }))
}

fn wrong<T>(problem: impl Into<String>) -> Result<T> {
    Err(ConfigError::new("", problem))
}
