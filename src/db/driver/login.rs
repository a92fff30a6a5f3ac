//! The login: the server's greeting, the response to it, and what the account's authentication plugin asks.

use std::collections::HashMap;

use mysql_common::constants::{CapabilityFlags, MariadbCapabilities};
use mysql_common::packets::{AuthPlugin, HandshakeResponse, SslRequest};
use mysql_common::proto::MySerialize;

use super::auth::Plugin;
use super::dialogue::{self, Account, Dialogue, Way};
use super::error::{Error, Result};
use super::greeting::Greeting;
use super::packets::Packets;
use super::tls::TlsRequest;

/// The most bytes of a server during a login.
const MOST_BYTES: usize = 16 << 10;

/// The protocol's limit. The server's own limit is checked before a write.
const LARGEST_PACKET: u32 = 1 << 30;

/// Capabilities that every supported server has.
const NEEDED: CapabilityFlags = CapabilityFlags::CLIENT_PROTOCOL_41
    .union(CapabilityFlags::CLIENT_SECURE_CONNECTION)
    .union(CapabilityFlags::CLIENT_PLUGIN_AUTH)
    .union(CapabilityFlags::CLIENT_MULTI_STATEMENTS)
    .union(CapabilityFlags::CLIENT_MULTI_RESULTS);

const WANTED: CapabilityFlags = NEEDED
    .union(CapabilityFlags::CLIENT_LONG_PASSWORD)
    .union(CapabilityFlags::CLIENT_LONG_FLAG)
    .union(CapabilityFlags::CLIENT_TRANSACTIONS)
    .union(CapabilityFlags::CLIENT_PS_MULTI_RESULTS)
    .union(CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA)
    .union(CapabilityFlags::CLIENT_CONNECT_WITH_DB)
    .union(CapabilityFlags::CLIENT_CONNECT_ATTRS)
    .union(CapabilityFlags::CLIENT_DEPRECATE_EOF)
    // An UPDATE reports the rows that it found, not those that it changed.
    .union(CapabilityFlags::CLIENT_FOUND_ROWS);

/// The sequence number of the answer to the response. The greeting has 0; the request for TLS has a number, too.
const ANSWER_NUMBER: u8 = 2;
const ANSWER_NUMBER_WITH_TLS: u8 = 3;

/// utf8mb4_general_ci.
const CHARACTER_SET: u8 = 45;

/// The capabilities of this connection.
pub struct Agreed {
    pub connection_id: u32,
    /// There is no EOF packet between column definitions and rows.
    pub without_eof: bool,
    /// The server does not repeat the column definitions of a prepared statement.
    pub caches_columns: bool,
}

/// Logs in. With `pipelined`, and if the server's plugin needs only one response, that response stays in the buffer to be sent
/// with the first command. The result is then true, and [`finish`] reads the server's answer.
pub fn log_in(
    packets: &mut Packets,
    account: &Account<'_>,
    tls: Option<&TlsRequest>,
    pipelined: bool,
) -> Result<(Agreed, bool)> {
    packets.begin_command();
    packets.begin_answer(Some(MOST_BYTES));
    let greeting = Greeting::parse(packets.read()?)?;
    if !greeting.capabilities.contains(NEEDED) {
        return Err(Error::Malformed("it is too old, or not a MySQL server"));
    }
    let mut capabilities = WANTED & greeting.capabilities;
    capabilities.set(CapabilityFlags::CLIENT_CONNECT_WITH_DB, account.database.is_some());
    let cached = MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA;
    let agreed = Agreed {
        connection_id: greeting.connection_id,
        without_eof: greeting.capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF),
        caches_columns: MariadbCapabilities::from_bits_truncate(greeting.mariadb_capabilities).contains(cached),
    };
    if let Some(tls) = tls.filter(|_| !packets.stream().is_unix()) {
        if greeting.capabilities.contains(CapabilityFlags::CLIENT_SSL) {
            capabilities |= CapabilityFlags::CLIENT_SSL;
            let mut request = SslRequest::new(capabilities, LARGEST_PACKET, CHARACTER_SET);
            if agreed.caches_columns {
                request = request.with_mariadb_capabilities(cached);
            }
            packets.write(|packet| request.serialize(packet));
            packets.flush()?;
            packets.start_tls(tls)?;
        } else if let Some(cure) = tls.required {
            return Err(Error::NoTls(cure));
        }
    }
    let plugin = Plugin::named(&greeting.plugin);
    let plugin = plugin.filter(|plugin| plugin.fits_greeting());
    let pipelined = pipelined && plugin.is_some();
    let plugin = plugin.unwrap_or(Plugin::Native);
    let response = response(&greeting, account, plugin, capabilities, agreed.caches_columns)?;
    packets.write(|packet| response.serialize(packet));
    if pipelined {
        packets.end_record()?;
    } else {
        packets.flush()?;
        let mut dialogue = Dialogue {
            account,
            way: Way::of(packets.stream()),
            plugin,
            challenge: greeting.challenge,
            has_asked: false,
        };
        dialogue.hold(packets)?;
    }
    Ok((agreed, pipelined))
}

/// Reads the answer to a response that was sent with the first command. A server that refuses the login does not execute the
/// command.
pub fn finish(packets: &mut Packets) -> Result<()> {
    packets.expect_number(match packets.stream().is_tls() {
        true => ANSWER_NUMBER_WITH_TLS,
        false => ANSWER_NUMBER,
    });
    packets.begin_answer(Some(MOST_BYTES));
    dialogue::finish(packets)
}

fn response<'a>(
    greeting: &Greeting,
    account: &Account<'a>,
    plugin: Plugin,
    capabilities: CapabilityFlags,
    caches_columns: bool,
) -> Result<HandshakeResponse<'a>> {
    // The server would read the bytes after a NUL as the next field.
    let texts = [account.user, account.database.unwrap_or_default()];
    if texts.iter().any(|text| text.contains('\0')) {
        return Err(Error::Local("a NUL in the name of the user or the database".into()));
    }
    let attributes = [
        ("_client_name", env!("CARGO_PKG_NAME").to_owned()),
        ("_client_version", env!("CARGO_PKG_VERSION").to_owned()),
        ("_pid", std::process::id().to_string()),
        ("program_name", account.program_name.to_owned()),
    ];
    let attributes: HashMap<_, _> = attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let offers_attributes = greeting.capabilities.contains(CapabilityFlags::CLIENT_CONNECT_ATTRS);
    // Any version of the character set utf8mb4, which encodes the names of user and database.
    let version = (8, 0, 0);
    let response = HandshakeResponse::new(
        Some(
            plugin
                .response(account.password.as_bytes(), &greeting.challenge)?
                .to_vec(),
        ),
        version,
        Some(account.user.as_bytes()),
        account.database.map(str::as_bytes),
        Some(AuthPlugin::from_bytes(plugin.name().as_bytes())),
        capabilities,
        offers_attributes.then_some(attributes),
        LARGEST_PACKET,
    );
    let cached = MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA;
    Ok(match caches_columns {
        true => response.with_mariadb_ext_capabilities(cached),
        false => response,
    })
}
