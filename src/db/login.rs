//! The login: from a host and an account to a client, within `connect_timeout`, without a query.
//!
//! Called by `connection` alone. What a server is told behind its login rides in the first packet, see `store::first_packet`.

use std::net::SocketAddr;
use std::time::Instant;

use super::driver::{Account, Client, Endpoint};
use super::host::Host;
use super::login_error;
use crate::config::Config;
use crate::config::dsn::Address;
use crate::error::Result;

/// `program_name` is a connection attribute, which the server shows to whoever looks at its connections.
pub fn log_in(host: &Host, config: &Config, program_name: &str) -> Result<Client> {
    let deadline = Instant::now().checked_add(config.connect_timeout);
    let target = &config.target;
    let account = Account {
        user: target.user.as_deref().unwrap_or_default(),
        password: target.password.as_deref().unwrap_or_default(),
        database: target.database.as_deref(),
        program_name,
    };
    let connect = |endpoint| {
        let on_loopback = host.ip().is_some_and(|ip| ip.is_loopback());
        Client::connect(&endpoint, &account, deadline)
            .map_err(|error| login_error::sort(error, host.label(), on_loopback))
    };
    match (host.address(), host.ip()) {
        (Address::Socket(path), _) => connect(Endpoint::Unix(path)),
        (Address::Tcp { port, .. }, Some(ip)) => connect(Endpoint::Tcp {
            address: SocketAddr::new(ip, *port),
            silence: config.io_timeout,
        }),
        // `hosts` resolves each name before it offers its hosts.
        (Address::Tcp { .. }, None) => match host.resolve(config.connect_timeout)?.first() {
            Some(host) if host.ip().is_some() => log_in(host, config, program_name),
            _ => Err(login_error::sort(
                super::driver::Error::Local("its name was not resolved".into()),
                host.label(),
                false,
            )),
        },
    }
}
