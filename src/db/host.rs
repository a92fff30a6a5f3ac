//! A host: one entry of the DSN at one address. A name with several addresses is several hosts, since these may be a primary and
//! its replicas.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::names;
use crate::config::Address;
use crate::error::{DbError, Error, Result};

/// The most addresses of a name that are tried.
const ADDRESSES: usize = 16;

/// A copy of it is cheap.
#[derive(Debug, Clone)]
pub struct Host(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    address: Address,
    /// `None` for a socket, and for a name that has not been resolved.
    ip: Option<IpAddr>,
    /// The first address of its name, or the only one.
    leads: bool,
    /// The name in messages: with the address if the name has several.
    label: String,
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address() && self.ip() == other.ip()
    }
}

impl Eq for Host {}

impl Hash for Host {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.address(), self.ip()).hash(state);
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl Host {
    /// Does not resolve a name.
    pub fn new(address: &Address) -> Self {
        Self(Arc::new(Parts {
            address: address.clone(),
            ip: address.ip(),
            leads: true,
            label: address.to_string(),
        }))
    }

    pub fn address(&self) -> &Address {
        &self.0.address
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.0.ip
    }

    pub fn leads(&self) -> bool {
        self.0.leads
    }

    pub fn label(&self) -> &str {
        &self.0.label
    }

    pub fn is_name(&self) -> bool {
        self.ip().is_none() && matches!(self.address(), Address::Tcp { .. })
    }

    /// The hosts of a name. Name servers rotate the addresses, so they are sorted: the order is the same on every web host.
    pub fn resolve(&self, timeout: Duration) -> Result<Vec<Self>> {
        let Address::Tcp { host, port } = self.address() else {
            return Ok(vec![self.clone()]);
        };
        if self.ip().is_some() {
            return Ok(vec![self.clone()]);
        }
        let unknown = |problem: String| Error::Connect {
            host: self.label().to_owned(),
            cure: "its name cannot be resolved",
            source: DbError::Network(problem),
        };
        let found = names::look_up(host, *port, timeout).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => Error::Connect {
                host: self.label().to_owned(),
                cure: "its name was not resolved in time: do the name servers answer?",
                source: DbError::TimedOut,
            },
            _ => unknown(error.to_string()),
        })?;
        let found = in_order(found);
        if found.is_empty() {
            return Err(unknown("the name has no address".into()));
        }
        let several = found.len() > 1;
        let at = |(number, ip)| {
            Self(Arc::new(Parts {
                address: self.address().clone(),
                ip: Some(ip),
                leads: number == 0,
                label: match several {
                    true => format!("{} ({ip})", self.address()),
                    false => self.label().to_owned(),
                },
            }))
        };
        Ok(found.into_iter().enumerate().map(at).collect())
    }
}

/// IPv4 comes first: a server that listens on only one of the two listens on IPv4.
fn in_order(mut found: Vec<IpAddr>) -> Vec<IpAddr> {
    for ip in &mut found {
        *ip = ip.to_canonical();
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(ADDRESSES);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_web_host_has_the_same_order() {
        let ips = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        let order = ips(&["10.0.0.2", "10.0.0.10", "fd00::1"]);
        for rotated in [
            &["10.0.0.10", "fd00::1", "10.0.0.2"][..],
            &["fd00::1", "10.0.0.2", "10.0.0.10", "10.0.0.2", "::ffff:10.0.0.10"],
        ] {
            assert_eq!(in_order(ips(rotated)), order);
        }
    }

    #[test]
    fn addresses_and_sockets_are_not_asked_for() {
        let address = |host: &str| {
            Host::new(&Address::Tcp {
                host: host.into(),
                port: 3306,
            })
        };
        assert!(!address("127.0.0.1").is_name() && !address("fd00::1").is_name() && address("db").is_name());
        assert!(!Host::new(&Address::Socket("/run/x.sock".into())).is_name());
    }
}
