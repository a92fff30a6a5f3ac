//! The login: from a host and an account to a connection of the mysql crate, within `connect_timeout`, without a query.
//!
//! Called by `connection` alone. What a server is told behind its login rides in the first packet, see `store::first_packet`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mysql::consts::CapabilityFlags;
use mysql::{Conn, OptsBuilder};
use r2d2::ManageConnection;
use r2d2_mysql::MySqlConnectionManager;

use super::frames::Frames;
use super::greeting::Greeting;
use super::host::Host;
use super::login_error;
use super::server::LARGEST_PACKET;
use super::socket::{self, Expected};
use crate::config::Config;
use crate::config::dsn::Address;
use crate::error::{Error, Result};

/// Probes that find a server which vanished while this request waited for ever.
const KEEPALIVE_PROBES: u32 = 3;

/// `program_name` is a connection attribute, which the server shows to whoever looks at its connections.
pub fn log_in(host: &Host, config: &Config, program_name: &str) -> Result<Conn> {
    let options = match host.address() {
        Address::Socket(path) => OptsBuilder::new().socket(Some(path.as_str())),
        Address::Tcp { host: name, port } => {
            let ip = host.ip().map_or_else(|| name.clone(), |ip| ip.to_string());
            OptsBuilder::new().ip_or_hostname(Some(ip)).tcp_port(*port)
        }
    };
    let milliseconds = |duration: Duration| u32::try_from(duration.as_millis().max(1)).unwrap_or(u32::MAX);
    // The kernel takes whole seconds, and none of them is an error.
    let keepalive = config.io_timeout.max(Duration::from_secs(1));
    let target = &config.target;
    let options = options
        .user(target.user.as_deref())
        .pass(target.password.as_deref())
        .db_name(target.database.as_deref())
        .tcp_connect_timeout(Some(config.connect_timeout))
        .tcp_keepalive_time_ms(Some(milliseconds(keepalive)))
        .tcp_keepalive_probe_interval_secs(Some(milliseconds(keepalive).div_ceil(1000)))
        .tcp_keepalive_probe_count(Some(KEEPALIVE_PROBES))
        .tcp_user_timeout_ms(Some(milliseconds(config.io_timeout)))
        // With these the crate asks the server nothing after the login.
        .prefer_socket(false)
        .max_allowed_packet(Some(LARGEST_PACKET))
        .stmt_cache_size(Some(0))
        // Affected rows are those that an UPDATE found, also where it changed nothing in them.
        .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
        .connect_attrs(Some([("program_name", program_name)].into()));
    socket::end_at(Instant::now().checked_add(config.connect_timeout));
    let manager = MySqlConnectionManager::new(options);
    socket::expect(Expected::Login(Frames::default(), Greeting::default()));
    let conn = catch_unwind(AssertUnwindSafe(|| manager.connect()));
    let unsuitable = socket::unsuitable();
    socket::expect(Expected::Nothing);
    if let Some(name) = unsuitable {
        return Err(Error::Unsuitable {
            host: host.to_string(),
            name,
        });
    }
    let on_loopback = host.ip().is_some_and(|ip| ip.is_loopback());
    conn.map_err(|_| login_error::of_panic(host.to_string()))?
        .map_err(|error| login_error::sort(error, host.label(), on_loopback))
}
