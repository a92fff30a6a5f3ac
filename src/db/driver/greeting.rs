//! The first packet of a server: its version, and the challenge for the login.

use mysql_common::constants::CapabilityFlags;
use mysql_common::io::ParseBuf;

use super::error::{Error, Result};

/// These products refuse GET_LOCK() within a larger statement, or LOCK IN SHARE MODE, so they cannot lock sessions.
const UNSUITABLE: [&str; 2] = ["Vitess", "TiDB"];

const PROTOCOL: u8 = 10;

/// The length of the challenge's first part. The server tells the length of the second: at least 13 bytes, the last is zero.
const FIRST_PART: usize = 8;
const SECOND_PART: usize = 13;

/// The reserved bytes before the flags that only MariaDB has.
const RESERVED: usize = 6;

#[derive(Debug, PartialEq, Eq)]
pub struct Greeting {
    pub connection_id: u32,
    pub capabilities: CapabilityFlags,
    pub mariadb_capabilities: u32,
    /// The server's default plugin. An account may have another.
    pub plugin: Vec<u8>,
    pub challenge: Vec<u8>,
}

impl Greeting {
    pub fn parse(packet: &[u8]) -> Result<Self> {
        match packet.first() {
            Some(&Error::HEADER) => return Err(Error::of_packet(packet)),
            Some(&PROTOCOL) => {}
            _ => return Err(Error::Malformed("its greeting is not that of a MySQL server")),
        }
        let version = packet[1..].split(|byte| *byte == 0).next().unwrap_or_default();
        let version = String::from_utf8_lossy(version);
        if let Some(name) = UNSUITABLE.into_iter().find(|name| version.contains(name)) {
            return Err(Error::Unsuitable(name));
        }
        Self::parse_fields(&packet[1..]).ok_or(Error::Malformed("its greeting is incomplete"))
    }

    fn parse_fields(fields: &[u8]) -> Option<Self> {
        let version_end = fields.iter().position(|byte| *byte == 0)?;
        let mut rest = ParseBuf(&fields[version_end + 1..]);
        let connection_id = rest.checked_eat_u32_le()?;
        let mut challenge = rest.checked_eat(FIRST_PART)?.to_vec();
        rest.checked_eat(1)?;
        let low = rest.checked_eat_u16_le()?;
        // Skips character set and status.
        rest.checked_eat(3)?;
        let high = rest.checked_eat_u16_le()?;
        let capabilities = CapabilityFlags::from_bits_truncate(u32::from(high) << 16 | u32::from(low));
        let challenge_length = usize::from(rest.checked_eat_u8()?);
        rest.checked_eat(RESERVED)?;
        let mariadb_capabilities = rest.checked_eat_u32_le()?;
        let second = rest.checked_eat(challenge_length.saturating_sub(FIRST_PART).max(SECOND_PART))?;
        challenge.extend_from_slice(second.strip_suffix(&[0]).unwrap_or(second));
        let plugin = rest.0.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        // Only MariaDB leaves out that flag. It has additional flags.
        let is_mariadb = !capabilities.contains(CapabilityFlags::CLIENT_LONG_PASSWORD);
        Some(Self {
            connection_id,
            capabilities,
            mariadb_capabilities: if is_mariadb { mariadb_capabilities } else { 0 },
            plugin,
            challenge,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(version: &str) -> Vec<u8> {
        [
            b"\x0a",
            version.as_bytes(),
            b"\0\x07\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0\0ijklmnopqrst\0mysql_native_password\0",
        ]
        .concat()
    }

    #[test]
    fn has_the_whole_challenge() {
        let greeting = Greeting::parse(&packet("5.5.5-10.11.6-MariaDB")).unwrap();
        assert_eq!(greeting.challenge, b"abcdefghijklmnopqrst");
        assert_eq!((greeting.connection_id, greeting.mariadb_capabilities), (7, 0x1d));
        assert_eq!(greeting.plugin, b"mysql_native_password");
    }

    #[test]
    fn knows_unsuitable_servers_by_their_version_alone() {
        let unsuitable = |version| Greeting::parse(&packet(version)).err();
        assert_eq!(unsuitable("8.0.11-TiDB-v7.5.0"), Some(Error::Unsuitable("TiDB")));
        assert_eq!(unsuitable("8.0.30-Vitess"), Some(Error::Unsuitable("Vitess")));
        assert_eq!(unsuitable("5.5.5-10.11.19-MariaDB-0+deb12u1"), None);
        assert_eq!(unsuitable("9.7.4"), None);
    }

    #[test]
    fn refuses_what_is_cut_short() {
        let whole = packet("9.7.4");
        let complete = whole.len() - b"mysql_native_password\0".len();
        for length in 0..complete {
            assert!(Greeting::parse(&whole[..length]).is_err(), "{length}");
        }
    }
}
