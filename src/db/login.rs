//! Connects to a host and logs in, within `connect_timeout`, without a query.
//!
//! Called by `connection` alone. Session variables are set in the first packet after the login: see `store::first_packet`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::{Duration, Instant};

use nix::net::if_::if_nametoindex;
use parking_lot::Mutex;

use super::driver::{Account, Client, Endpoint, Error};
use super::host::Host;
use super::login_error::{self, Way};
use super::tls;
use crate::config::{Address, Config};
use crate::error::Result;

/// Hosts where a pipelined login has failed, and when.
static NOT_PIPELINED: Mutex<Option<HashMap<Host, Instant>>> = Mutex::new(None);

/// For so long at most it is remembered.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The next logins at this host are ordinary ones. A proxy may end a connection that sends something behind its login, and an
/// account may need more than one answer.
pub fn pipelining_failed(host: &Host) {
    let mut hosts = NOT_PIPELINED.lock();
    let hosts = hosts.get_or_insert_default();
    hosts.retain(|_, failed| failed.elapsed() < LONGEST_PAUSE);
    hosts.insert(host.clone(), Instant::now());
}

fn may_be_pipelined(host: &Host, config: &Config) -> bool {
    // At least the login that follows the failure is an ordinary one.
    let pause = config.retry_after.max(config.connect_timeout);
    let failed_lately = || {
        let hosts = NOT_PIPELINED.lock();
        let failed = hosts.as_ref().and_then(|hosts| hosts.get(host));
        failed.is_some_and(|failed| failed.elapsed() < pause)
    };
    config.pipelined_login && !failed_lately()
}

/// The number of the interface that a link-local address belongs to, as in `fe80::1%eth0`; 0 for any other address.
fn interface(host: &str) -> u32 {
    let named = |zone: &str| zone.parse().ok().or_else(|| if_nametoindex(zone).ok());
    host.split_once('%').and_then(|(_, zone)| named(zone)).unwrap_or(0)
}

/// `program_name` is a connection attribute, which `performance_schema.session_account_connect_attrs` shows.
pub fn log_in(host: &Host, config: &Config, program_name: &str) -> Result<Client> {
    let deadline = Instant::now().checked_add(config.connect_timeout);
    let target = &config.target;
    let password = config.password();
    let account = Account {
        user: target.user.as_deref().unwrap_or_default(),
        password: password.as_deref().unwrap_or_default(),
        cleartext: config.cleartext,
        server_public_key: config.server_public_key.as_deref(),
        database: target.database.as_deref(),
        program_name,
    };
    let tls = tls::request(host, config)?;
    let failed = |error| {
        let tls = tls.as_ref().is_some_and(|tls| tls.established.get());
        let way = match host.ip() {
            None => Way::Socket,
            Some(_) if !tls && account.server_public_key.is_some() => Way::WithOwnKey,
            Some(ip) if ip.is_loopback() => Way::Loopback { tls },
            Some(_) => Way::Network { tls },
        };
        login_error::sort(error, host.label(), way)
    };
    let endpoint = match (host.address(), host.ip()) {
        (Address::Socket(path), _) => Endpoint::Unix(path),
        (Address::Tcp { host, port }, Some(ip)) => Endpoint::Tcp {
            address: match ip {
                IpAddr::V4(_) => SocketAddr::new(ip, *port),
                IpAddr::V6(ip) => SocketAddrV6::new(ip, *port, 0, interface(host)).into(),
            },
            silence: config.io_timeout,
        },
        // `hosts` resolves each name before it offers its hosts.
        (Address::Tcp { .. }, None) => return Err(failed(Error::Local("its name was not resolved".into()))),
    };
    let pipelined = matches!(endpoint, Endpoint::Tcp { .. }) && may_be_pipelined(host, config);
    let client = Client::connect(&endpoint, &account, deadline, tls.as_ref(), pipelined);
    if tls.as_ref().is_some_and(|tls| tls.established.get()) {
        tls::offered(host);
    }
    client.map_err(failed)
}
