//! The second part of a login: the server's packets after the first response, until it accepts or refuses the account.
//!
//! `login` is the only user. A server chooses the plugin, whatever plugin the account has: so what is sent depends on who can read
//! it (see [`Way`]), and never on the server's word alone.

use super::auth::{self, Plugin, Secret};
use super::error::{Error, Result};
use super::packets::Packets;
use super::stream::Stream;

/// The most packets of a server after its greeting.
const MOST_PACKETS: usize = 5;

const ACCEPTED: u8 = 0;
const MORE_DATA: u8 = 1;
const SWITCH: u8 = 0xfe;

/// The packets of caching_sha2_password.
const FAST_SUCCESS: &[u8] = &[3];
const FULL_AUTHENTICATION: &[u8] = &[4];
const KEY_REQUEST: u8 = 2;

pub struct Account<'a> {
    pub user: &'a str,
    pub password: &'a str,
    /// The password may be sent as it is, where nobody but the right server can read it.
    pub cleartext: bool,
    /// The only key that the password is encrypted with, in PEM format. `None`: the key that the server sends.
    pub server_public_key: Option<&'a [u8]>,
    pub database: Option<&'a str>,
    /// The connection attributes, which the performance schema shows.
    pub program_name: &'a str,
}

/// Who can read what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Everybody on the way.
    Plain,
    /// Whoever has answered: TLS without a check of the server's certificate.
    Encrypted,
    /// The server alone: a Unix socket, or TLS with that check.
    Trusted,
}

impl Way {
    pub fn of(stream: &Stream) -> Self {
        match stream {
            _ if stream.is_unix() || stream.is_verified() => Self::Trusted,
            _ if stream.is_tls() => Self::Encrypted,
            _ => Self::Plain,
        }
    }
}

pub struct Dialogue<'a> {
    pub account: &'a Account<'a>,
    pub way: Way,
    pub plugin: Plugin,
    pub challenge: Vec<u8>,
    /// The last answer was a question: for the public key of caching_sha2_password, or for the salt of PARSEC.
    pub has_asked: bool,
}

impl Dialogue<'_> {
    /// Answers the server's packets until it accepts the login.
    pub fn hold(&mut self, packets: &mut Packets) -> Result<()> {
        for _ in 0..MOST_PACKETS {
            let answer = match packets.read()? {
                [ACCEPTED, ..] => {
                    // No command was sent: such bytes would be read as the answer to the first one.
                    return match packets.has_surplus() {
                        true => Err(Error::Malformed("data after the end of the login")),
                        false => Ok(()),
                    };
                }
                packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
                [MORE_DATA, rest @ ..] if rest == FAST_SUCCESS && self.plugin == Plugin::CachingSha2 => continue,
                packet => self.answer(packet)?,
            };
            packets.write(|packet| packet.extend_from_slice(&answer));
            let sent = packets.flush();
            packets.wipe();
            sent?;
        }
        Err(Error::Malformed("a login that does not end"))
    }

    fn answer(&mut self, packet: &[u8]) -> Result<Secret> {
        let password = self.account.password.as_bytes();
        let has_asked = std::mem::take(&mut self.has_asked);
        match (self.plugin, packet) {
            (_, [SWITCH]) => Err(Error::OldPassword),
            (_, [SWITCH, rest @ ..]) => self.switch(rest),
            (Plugin::CachingSha2, [MORE_DATA, rest @ ..]) => match rest {
                FULL_AUTHENTICATION => self.full_sha2(),
                key if has_asked => auth::encrypt(password, &self.challenge, key),
                _ => Err(Error::Malformed("a key that nobody asked for")),
            },
            (Plugin::Parsec, salt) if has_asked => auth::sign(
                password,
                &self.challenge,
                salt.strip_prefix(&[MORE_DATA]).unwrap_or(salt),
            ),
            _ => Err(Error::Malformed("a packet that does not belong to a login")),
        }
    }

    fn switch(&mut self, to: &[u8]) -> Result<Secret> {
        let (name, sent) = split_at_nul(to);
        let unknown = || Error::UnknownPlugin(String::from_utf8_lossy(name).into_owned());
        self.plugin = Plugin::named(name).ok_or_else(unknown)?;
        if self.plugin == Plugin::Clear {
            match (self.account.cleartext, self.way) {
                (false, _) => return Err(Error::ClearText { allowed: false }),
                (true, Way::Trusted) => {}
                (true, _) => return Err(Error::ClearText { allowed: true }),
            }
        }
        self.challenge = self.plugin.challenge(sent).to_vec();
        self.has_asked = self.plugin == Plugin::Parsec;
        self.plugin.response(self.account.password.as_bytes(), &self.challenge)
    }

    /// The server has no hash of the password in its cache and wants the password. Without TLS, whoever answers in its place can
    /// ask so, too, and send a key of its own: with `server_public_key` no other key is used.
    fn full_sha2(&mut self) -> Result<Secret> {
        let password = self.account.password.as_bytes();
        match (self.way, self.account.server_public_key) {
            (Way::Encrypted | Way::Trusted, _) => Ok(auth::clear(password)),
            (Way::Plain, Some(key)) => auth::encrypt(password, &self.challenge, key).map_err(|_| Error::UnusableKey),
            (Way::Plain, None) => {
                self.has_asked = true;
                Ok(vec![KEY_REQUEST].into())
            }
        }
    }
}

/// Reads the answer to a response that was sent with the first command. A server that refuses the login does not execute the
/// command.
pub fn finish(packets: &mut Packets) -> Result<()> {
    loop {
        match packets.read()? {
            [ACCEPTED, ..] => return Ok(()),
            [MORE_DATA, rest @ ..] if rest == FAST_SUCCESS => {}
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            _ => return Err(Error::Malformed("a login that takes more than one answer")),
        }
    }
}

fn split_at_nul(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
