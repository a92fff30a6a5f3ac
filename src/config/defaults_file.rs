//! Reads a file like my.cnf. Its credentials are the only ones that `ini_get()` cannot read.
//!
//! Options of `[rustsql]` win over those of `[client]`. Other sections, and options of other programs, are ignored.

use zeroize::Zeroizing;

use super::foreign::{self, Ssl};
use super::password::Password;
use super::secret_file::{self, Stamp};
use super::target::{Address, Target, Tls};
use super::value::{Result, TlsMode};
use crate::error::ConfigError;

const KEY: &str = "rustsql.defaults_file";

pub fn read(path: &str) -> Result<(Target, Stamp)> {
    let (bytes, stamp) = secret_file::read(KEY, path)?;
    let text = str::from_utf8(&bytes).map_err(|_| ConfigError::new(KEY, format!("{path} is not UTF-8")))?;
    Ok((parse(path, text)?, stamp))
}

pub fn parse(path: &str, text: &str) -> Result<Target> {
    let mut found = [Options::default(), Options::default()];
    let mut section = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = match name.trim_end_matches(']') {
                "client" => Some(0),
                "rustsql" => Some(1),
                _ => None,
            };
            continue;
        }
        let Some(section) = section else { continue };
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.trim().replace('_', "-"), unquote(value.trim())),
            None => (line.replace('_', "-"), String::new()),
        };
        let wrong = |problem: &str| Err(ConfigError::new(KEY, format!("{path}, line {}: {problem}", number + 1)));
        let options = &mut found[section];
        match foreign::ssl(&name, &value) {
            Ok(None) => {}
            Ok(Some(option)) => {
                match option {
                    Ssl::Ca => options.ssl_ca = Some(value),
                    Ssl::Cert => options.ssl_cert = Some(value),
                    Ssl::Key => options.ssl_key = Some(value),
                    Ssl::Mode(mode) => options.ssl_mode = Some(mode),
                    Ssl::On(is_on) => options.ssl = Some(is_on),
                    Ssl::Verify(is_on) => options.ssl_verify = Some(is_on),
                }
                continue;
            }
            Err(error) => return wrong(&error.problem),
        }
        match name.as_str() {
            "user" => options.user = Some(value),
            "password" => options.password = Some(Zeroizing::new(value)),
            "host" => options.host = Some(value),
            "socket" => options.socket = Some(value),
            "database" => options.database = Some(value),
            "port" => match value.parse::<u16>() {
                Ok(port) if port > 0 => options.port = Some(port),
                _ => return wrong("the port is not a number from 1 to 65535"),
            },
            // Without it a connection would be less safe than the file says.
            name if name.starts_with("ssl") => return wrong(&format!("'{name}' is not supported")),
            _ if section == 1 => return wrong(&format!("unknown option '{name}'")),
            _ => {}
        }
    }
    let [client, own] = found;
    Ok(own.over(client).into_target(path))
}

#[derive(Default)]
struct Options {
    user: Option<String>,
    password: Option<Zeroizing<String>>,
    host: Option<String>,
    socket: Option<String>,
    database: Option<String>,
    port: Option<u16>,
    ssl_ca: Option<String>,
    ssl_cert: Option<String>,
    ssl_key: Option<String>,
    ssl_mode: Option<TlsMode>,
    /// MariaDB's options for what `ssl-mode` is in MySQL.
    ssl: Option<bool>,
    ssl_verify: Option<bool>,
}

impl Options {
    fn over(self, base: Self) -> Self {
        // A host in [rustsql] wins also over a socket in [client].
        let socket = if self.host.is_some() {
            self.socket
        } else {
            self.socket.or(base.socket)
        };
        Self {
            user: self.user.or(base.user),
            password: self.password.or(base.password),
            host: self.host.or(base.host),
            socket,
            database: self.database.or(base.database),
            port: self.port.or(base.port),
            ssl_ca: self.ssl_ca.or(base.ssl_ca),
            ssl_cert: self.ssl_cert.or(base.ssl_cert),
            ssl_key: self.ssl_key.or(base.ssl_key),
            ssl_mode: self.ssl_mode.or(base.ssl_mode),
            ssl: self.ssl.or(base.ssl),
            ssl_verify: self.ssl_verify.or(base.ssl_verify),
        }
    }

    fn into_target(self, path: &str) -> Target {
        let port = self.port.unwrap_or(3306);
        Target {
            addresses: match (self.socket, self.host) {
                (Some(path), _) => vec![Address::Socket(path)],
                (None, Some(host)) => vec![Address::Tcp { host, port }],
                (None, None) => Vec::new(),
            },
            user: self.user,
            password: self.password.map(|text| Password::of_file(&text, path)),
            database: self.database,
            tls: Tls {
                mode: self.ssl_mode.unwrap_or(match (self.ssl, self.ssl_verify) {
                    (Some(false), _) => TlsMode::Disabled,
                    (_, Some(true)) => TlsMode::VerifyIdentity,
                    (Some(true), _) => TlsMode::Required,
                    (None, _) => TlsMode::Preferred,
                }),
                ca: self.ssl_ca.unwrap_or_default(),
                cert: self.ssl_cert.unwrap_or_default(),
                key: self.ssl_key.unwrap_or_default(),
                name: None,
            },
        }
    }
}

/// Removes quotes and escapes as MySQL does in its option files.
fn unquote(value: &str) -> String {
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('s') => text.push(' '),
            Some(other @ ('\\' | '"' | '\'')) => text.push(other),
            Some(other) => {
                text.push('\\');
                text.push(other);
            }
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_section_wins_over_client() {
        let text = "[mysqld]\nuser=daemon\n[client]\nuser = a\npassword=\"p#1\\\"\"\nsocket=/x\nprompt=y\n# c\n[rustsql]\nhost=db\nport=3307\nuser=b\n";
        let target = parse("f", text).unwrap();
        assert_eq!(target.user.as_deref(), Some("b"));
        assert_eq!(target.password.as_deref(), Some("p#1\""));
        let host = "db".to_owned();
        assert_eq!(target.addresses, [Address::Tcp { host, port: 3307 }]);
    }

    #[test]
    fn tls_is_as_the_file_demands() {
        for (text, mode) in [
            ("", TlsMode::Preferred),
            ("ssl-mode=REQUIRED", TlsMode::Required),
            ("ssl-mode=REQUIRED\nssl-ca=/ca", TlsMode::VerifyCa),
            ("ssl-mode=disabled\nssl-verify-server-cert", TlsMode::Disabled),
            ("ssl-ca=/ca", TlsMode::VerifyIdentity),
            ("ssl", TlsMode::Required),
            ("ssl=1\nssl_verify_server_cert=ON", TlsMode::VerifyIdentity),
            ("ssl=0", TlsMode::Disabled),
            ("skip-ssl", TlsMode::Disabled),
            (
                "ssl-mode=VERIFY_CA\n[rustsql]\nssl-mode=VERIFY_IDENTITY",
                TlsMode::VerifyIdentity,
            ),
        ] {
            let tls = parse("f", &format!("[client]\n{text}\n")).unwrap().tls;
            assert_eq!(tls.mode(), mode, "{text}");
        }
    }

    #[test]
    fn wrong_lines_are_named_without_their_value() {
        for (text, part) in [
            ("[rustsql]\n\nport=99999\n", "line 3: the port"),
            ("[rustsql]\npasword=secret\n", "line 2: unknown option 'pasword'"),
            ("[client]\nssl-crl=/x\n", "line 2: 'ssl-crl' is not supported"),
            ("[client]\nssl-mode=VERIFY\n", "line 2: ssl-mode"),
            ("[client]\nssl=maybe\n", "line 2: ssl is not 0 or 1"),
        ] {
            let message = parse("f", text)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(message.contains(part) && !message.contains("secret"), "{message}");
        }
    }
}
