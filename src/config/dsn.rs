//! Parses `mysql://user:password@host:port,host:port/database?parameter=value`, and masks its password for phpinfo().
//!
//! Errors never quote the text before the database: it may have a piece of a password that is not percent-encoded.

use percent_encoding::percent_decode_str;

use super::foreign;
use super::keys;
use super::target::Address;
use super::value::{Result, without_line_end};
use crate::error::ConfigError;

const DEFAULT_PORT: u16 = 3306;
/// More hosts are a mistake, and a request would have to wait for each of them if all are down.
const MOST_HOSTS: usize = 16;
/// The last three are those of Rails, and of Doctrine's drivers.
const SCHEMES: [&str; 5] = ["mysql://", "mariadb://", "mysql2://", "mysqli://", "pdo-mysql://"];

/// The wrong parameter may be a piece of the password, so the message does not name it.
pub const AFTER_PASSWORD: &str = "a parameter after 'password' is wrong: write '&' in a password as %26, '=' as %3D";

pub const QUOTES: &str = "php.ini cuts a value at ';', '!', '=' and similar characters unless it is in double quotes";

#[derive(Default)]
pub struct Dsn {
    /// In the order in which they are tried.
    pub addresses: Vec<Address>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub database: Option<String>,
    pub parameters: Vec<(String, String)>,
}

pub fn is_url(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| starts_with(text, scheme))
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn wrong<T>(problem: impl Into<String>) -> Result<T> {
    Err(ConfigError::new("", problem))
}

pub fn parse(text: &str) -> Result<Dsn> {
    let text = without_line_end(text);
    let Some(scheme) = SCHEMES.iter().find(|scheme| starts_with(text, scheme)) else {
        // php.ini turns 'mysql://app:a|b@db/app' into a number.
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong(
                "it is a number: php.ini calculates with '|', '&' and '^' in a value unless it is in double quotes",
            );
        }
        return wrong("it must begin with mysql:// or mariadb://");
    };
    let rest = &text[scheme.len()..];
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if path.contains('@')
        || query.is_some_and(|query| query.contains('@')) && !authority.contains('@')
        || rest.contains('#')
    {
        return wrong(
            "a character in the user name or the password splits the URL: write '/' as %2F, '?' as %3F, '#' as %23 and '@' as %40",
        );
    }
    let mut dsn = Dsn::default();
    let hosts = match authority.rsplit_once('@') {
        Some((account, hosts)) => {
            let (user, password) = match account.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (account, None),
            };
            dsn.user = Some(decode(user, "the user name")?).filter(|user| !user.is_empty());
            dsn.password = password.map(|password| decode(password, "the password")).transpose()?;
            hosts
        }
        None => authority,
    };
    let count = hosts.split(',').count();
    if count > MOST_HOSTS {
        return wrong(format!("it lists {count} hosts: at most {MOST_HOSTS} are allowed"));
    }
    for host in hosts.split(',').filter(|_| !hosts.is_empty()) {
        match address(host) {
            Ok(address) => dsn.addresses.push(address),
            // php.ini cuts 'mysql://app:a;b@db/app' within the password.
            Err(_) if !rest.contains(['@', '/']) => {
                return wrong(format!("it ends before the host or the database: {QUOTES}"));
            }
            Err(problem) => return Err(problem),
        }
    }
    if path.contains('/') {
        return wrong("the database name has a '/' in it");
    }
    dsn.database = Some(decode(path, "the database name")?).filter(|database| !database.is_empty());
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            if dsn.parameters.iter().any(|(name, _)| name == "password") {
                return wrong(AFTER_PASSWORD);
            }
            return wrong(format!("parameter '{pair}' has no value: {QUOTES}"));
        };
        dsn.parameters.push((
            decode(name, "a parameter's name")?,
            decode(value, "a parameter's value")?,
        ));
    }
    Ok(dsn)
}

fn address(host: &str) -> Result<Address> {
    let (host, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let Some((host, after)) = rest.split_once(']') else {
                return wrong("the IPv6 address has no closing ']'");
            };
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return wrong("a ':' is missing between the IPv6 address and the port"),
            }
        }
        None => match host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host, None),
        },
    };
    if host.is_empty() {
        return wrong("a host is missing before a ':' or a ','");
    }
    let port = match port.map(str::parse::<u16>) {
        None => DEFAULT_PORT,
        Some(Ok(port)) if port > 0 => port,
        _ => {
            return wrong(
                "the port is not a number from 1 to 65535 (write IPv6 addresses in brackets; percent-encode a password)",
            );
        }
    };
    Ok(Address::Tcp {
        host: decode(host, "the host")?,
        port,
    })
}

fn decode(text: &str, what: &str) -> Result<String> {
    let bytes = text.as_bytes();
    let cut = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%'
            && !bytes
                .get(at + 1..at + 3)
                .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    });
    if cut {
        return wrong(format!(
            "a '%' in {what} is not followed by two hexadecimal digits: write it as %25"
        ));
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => wrong(format!("{what} is not UTF-8")),
    }
}

/// The DSN for phpinfo(), with `***` for the password. The result is `***` alone for a wrong DSN, since any part of that may be
/// a piece of the password.
pub fn masked(text: &str) -> String {
    const MASK: &str = "***";
    let known = |name: &str, value: &str| {
        name == "socket" || keys::find(name).is_some() || !matches!(foreign::parameter(name, value), Ok(None))
    };
    let Ok(dsn) = parse(text) else { return MASK.to_owned() };
    if dsn.parameters.iter().any(|(name, value)| !known(name, value)) {
        return MASK.to_owned();
    }
    let mut shown = "mysql://".to_owned();
    if let Some(user) = &dsn.user {
        shown.push_str(user);
        if dsn.password.is_some() {
            shown.push(':');
            shown.push_str(MASK);
        }
        shown.push('@');
    }
    let hosts: Vec<_> = dsn.addresses.iter().map(Address::to_string).collect();
    shown.push_str(&hosts.join(","));
    shown.push('/');
    shown.push_str(dsn.database.as_deref().unwrap_or_default());
    for (at, (name, value)) in dsn.parameters.iter().enumerate() {
        let is_secret = keys::find(name).is_some_and(|key| key.secret);
        let value = if is_secret { MASK } else { value };
        shown.push_str(&format!("{}{name}={value}", if at == 0 { '?' } else { '&' }));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp {
            host: host.into(),
            port,
        }
    }

    #[test]
    fn parts_are_found() {
        for (text, addresses) in [
            ("mysql://app:secret@db1:3307/app", vec![tcp("db1", 3307)]),
            ("mariadb://app:secret@db1/app", vec![tcp("db1", 3306)]),
            ("MySQL://app:secret@[::1]:3307/app", vec![tcp("::1", 3307)]),
            ("mysql://app:secret@[fe80::1]/app", vec![tcp("fe80::1", 3306)]),
            ("mysql2://app:secret@db1/app", vec![tcp("db1", 3306)]),
            ("mysqli://app:secret@db1/app", vec![tcp("db1", 3306)]),
            ("pdo-mysql://app:secret@db1:1/app", vec![tcp("db1", 1)]),
            ("mysql://app:secret@/app?socket=/run/x.sock", vec![]),
            (
                "mysql://app:secret@db1,db2:3307,[::1]:3308/app",
                vec![tcp("db1", 3306), tcp("db2", 3307), tcp("::1", 3308)],
            ),
        ] {
            let dsn = parse(text).unwrap();
            assert_eq!(dsn.addresses, addresses, "{text}");
            assert_eq!(dsn.user.as_deref(), Some("app"));
            assert_eq!(dsn.password.as_deref(), Some("secret"));
            assert_eq!(dsn.database.as_deref(), Some("app"));
        }
    }

    #[test]
    fn percent_encoding_is_decoded() {
        let dsn = parse("mysql://us%40er:p%2Fa%3As%25@db/app?table=a%20b").unwrap();
        assert_eq!(dsn.user.as_deref(), Some("us@er"));
        assert_eq!(dsn.password.as_deref(), Some("p/a:s%"));
        assert_eq!(dsn.parameters, [("table".to_owned(), "a b".to_owned())]);
    }

    #[test]
    fn masks_the_password_in_every_place() {
        for (text, shown) in [
            ("mysql://app:secret@db/app", "mysql://app:***@db:3306/app"),
            ("mysql://app:se@cret@db:1/app", "mysql://app:***@db:1/app"),
            (
                "mysql://app@db/app?password=secret&lock=row",
                "mysql://app@db:3306/app?password=***&lock=row",
            ),
            (
                "mysql://app@db/app?pass%77ord=secret",
                "mysql://app@db:3306/app?password=***",
            ),
            ("mysql://app@db/app?password=sec&ret=1", "***"),
            ("mysql://app:secret/app", "***"),
            ("app:secret@db", "***"),
            (
                "mysql2://app:secret@db/app?ssl-mode=REQUIRED&charset=utf8mb4",
                "mysql://app:***@db:3306/app?ssl-mode=REQUIRED&charset=utf8mb4",
            ),
            ("mysql://db/app", "mysql://db:3306/app"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
