//! The login: the server's greeting, the response to it, and what the account's authentication plugin asks.

use std::collections::HashMap;

use mysql_common::constants::{CapabilityFlags, MariadbCapabilities};
use mysql_common::packets::{AuthPlugin, HandshakeResponse};
use mysql_common::proto::MySerialize;

use super::auth::{self, Plugin};
use super::error::{Error, Result};
use super::greeting::Greeting;
use super::packets::Packets;

/// How many bytes a server may send during a login, and how many packets behind its greeting.
const MOST_BYTES: usize = 16 << 10;
const MOST_PACKETS: usize = 5;

/// The protocol's own limit. The server has one of its own, which is looked at before a write.
const LARGEST_PACKET: u32 = 1 << 30;

/// What no server of today lacks.
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
    // Affected rows are those that an UPDATE found, also where it changed nothing in them.
    .union(CapabilityFlags::CLIENT_FOUND_ROWS);

/// The server's greeting has the number 0, the response 1.
const ANSWER_NUMBER: u8 = 2;

const ACCEPTED: u8 = 0;
const MORE_DATA: u8 = 1;
const SWITCH: u8 = 0xfe;

/// What caching_sha2_password says and is asked.
const FAST_SUCCESS: &[u8] = &[3];
const FULL_AUTHENTICATION: &[u8] = &[4];
const KEY_REQUEST: u8 = 2;

pub struct Account<'a> {
    pub user: &'a str,
    pub password: &'a str,
    pub database: Option<&'a str>,
    /// What the server shows to whoever looks at its connections.
    pub program_name: &'a str,
}

/// What was agreed on.
pub struct Agreed {
    pub connection_id: u32,
    /// No packet stands between the columns of an answer and its rows.
    pub without_eof: bool,
    /// The server leaves out the columns of an answer that it has sent before.
    pub caches_columns: bool,
}

/// Logs in. With `pipelined`, and where the server's plugin needs one answer alone, the response is left to go with the first
/// command, and [`finish`] reads what the server says to it: then true.
pub fn log_in(packets: &mut Packets, account: &Account<'_>, pipelined: bool) -> Result<(Agreed, bool)> {
    packets.begin_command();
    packets.begin_answer(Some(MOST_BYTES));
    let greeting = Greeting::parse(packets.read()?)?;
    if !greeting.capabilities.contains(NEEDED) {
        return Err(Error::Malformed("it is too old, or no MySQL server"));
    }
    let plugin = Plugin::named(&greeting.plugin);
    let cached = MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA;
    let agreed = Agreed {
        connection_id: greeting.connection_id,
        without_eof: greeting.capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF),
        caches_columns: MariadbCapabilities::from_bits_truncate(greeting.mariadb_capabilities).contains(cached),
    };
    let pipelined = pipelined && matches!(plugin, Some(Plugin::Native | Plugin::CachingSha2));
    let plugin = plugin.unwrap_or(Plugin::Native);
    let response = response(&greeting, account, plugin, agreed.caches_columns)?;
    packets.write(|packet| response.serialize(packet));
    if !pipelined {
        packets.flush()?;
        authenticate(packets, account, plugin, greeting.challenge)?;
    }
    Ok((agreed, pipelined))
}

/// Reads the answer to a response that went with the first command. The server executes nothing behind a login that it refuses.
pub fn finish(packets: &mut Packets) -> Result<()> {
    packets.expect_number(ANSWER_NUMBER);
    packets.begin_answer(Some(MOST_BYTES));
    loop {
        match packets.read()? {
            [ACCEPTED, ..] => return Ok(()),
            [MORE_DATA, rest @ ..] if rest == FAST_SUCCESS => {}
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            _ => return Err(Error::Malformed("a login that takes more than one answer")),
        }
    }
}

fn response<'a>(
    greeting: &Greeting,
    account: &Account<'a>,
    plugin: Plugin,
    caches_columns: bool,
) -> Result<HandshakeResponse<'a>> {
    // The server takes what stands behind a NUL for the next field.
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
    // Any version with the character set utf8mb4, in which the names of user and database are.
    let version = (8, 0, 0);
    let response = HandshakeResponse::new(
        Some(plugin.response(account.password.as_bytes(), &greeting.challenge)?),
        version,
        Some(account.user.as_bytes()),
        account.database.map(str::as_bytes),
        Some(AuthPlugin::from_bytes(plugin.name().as_bytes())),
        WANTED & greeting.capabilities,
        offers_attributes.then_some(attributes),
        LARGEST_PACKET,
    );
    let cached = MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA;
    Ok(match caches_columns {
        true => response.with_mariadb_ext_capabilities(cached),
        false => response,
    })
}

/// Reads until the server accepts, and answers what it asks.
fn authenticate(
    packets: &mut Packets,
    account: &Account<'_>,
    mut plugin: Plugin,
    mut challenge: Vec<u8>,
) -> Result<()> {
    let password = account.password.as_bytes();
    let is_unix = packets.stream().is_unix();
    for _ in 0..MOST_PACKETS {
        let answer = match packets.read()? {
            [ACCEPTED, ..] => {
                // Nothing has been asked: it would be taken for the answer to the first statement.
                return match packets.has_surplus() {
                    true => Err(Error::Malformed("more than the end of a login")),
                    false => Ok(()),
                };
            }
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            [SWITCH] => return Err(Error::OldPassword),
            [SWITCH, rest @ ..] => {
                let (name, sent) = split_at_nul(rest);
                plugin = Plugin::named(name)
                    .ok_or_else(|| Error::UnknownPlugin(String::from_utf8_lossy(name).into_owned()))?;
                challenge = sent.strip_suffix(&[0]).unwrap_or(sent).to_vec();
                plugin.response(password, &challenge)?
            }
            [MORE_DATA, rest @ ..] if plugin == Plugin::CachingSha2 => match rest {
                FAST_SUCCESS => continue,
                FULL_AUTHENTICATION if is_unix => [password, &[0]].concat(),
                FULL_AUTHENTICATION => vec![KEY_REQUEST],
                key => auth::encrypt(password, &challenge, key)?,
            },
            _ => return Err(Error::Malformed("no packet of a login")),
        };
        packets.write(|packet| packet.extend_from_slice(&answer));
        packets.flush()?;
    }
    Err(Error::Malformed("a login without an end"))
}

fn split_at_nul(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
