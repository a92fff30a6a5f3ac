//! The responses of the authentication plugins.
//!
//! `dialogue` decides whether the connection is safe for a clear password; nothing here sends anything.

use mysql_common::auth::plugins::caching_sha2_password::scramble_sha256;
use mysql_common::auth::plugins::client_ed25519::ClientEd25519;
use mysql_common::auth::plugins::mysql_native_password::scramble_native;
use mysql_common::auth::plugins::{ChallengeResponsePlugin, Context};
use rsa::PublicKey;
use rsa::pkcs8::DecodePublicKey;
use sha1::Sha1;
use zeroize::Zeroizing;

use super::error::{Error, Result};
use super::parsec;

/// What answers a server. It may be the password itself.
pub type Secret = Zeroizing<Vec<u8>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plugin {
    Native,
    CachingSha2,
    Ed25519,
    /// MariaDB from 11.6 on. It answers twice: see [`sign`].
    Parsec,
    /// `mysql_clear_password`: the password as it is. Tokens of cloud services and PAM need it.
    Clear,
}

impl Plugin {
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"mysql_native_password" => Some(Self::Native),
            b"caching_sha2_password" => Some(Self::CachingSha2),
            b"client_ed25519" => Some(Self::Ed25519),
            b"parsec" => Some(Self::Parsec),
            b"mysql_clear_password" => Some(Self::Clear),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "mysql_native_password",
            Self::CachingSha2 => "caching_sha2_password",
            Self::Ed25519 => "client_ed25519",
            Self::Parsec => "parsec",
            Self::Clear => "mysql_clear_password",
        }
    }

    /// It needs the challenge of the greeting and one answer.
    pub fn fits_greeting(self) -> bool {
        matches!(self, Self::Native | Self::CachingSha2)
    }

    /// The challenge in what the server sends. A NUL may follow it, and a random challenge may end with one.
    pub fn challenge(self, sent: &[u8]) -> &[u8] {
        let length = match self {
            Self::Native | Self::CachingSha2 => 20,
            Self::Ed25519 => 32,
            Self::Parsec => parsec::CHALLENGE,
            Self::Clear => 0,
        };
        sent.get(..length).unwrap_or(sent)
    }

    /// The response to the challenge. It is empty for an empty password.
    pub fn response(self, password: &[u8], challenge: &[u8]) -> Result<Secret> {
        const WRONG: Error = Error::Malformed("a challenge of the wrong length");
        Ok(Zeroizing::new(match self {
            Self::Native => scramble_native(challenge, password).map(Vec::from).unwrap_or_default(),
            Self::CachingSha2 => {
                let challenge = challenge.try_into().map_err(|_| WRONG)?;
                scramble_sha256(challenge, password).map(Vec::from).unwrap_or_default()
            }
            Self::Ed25519 => {
                let response = ClientEd25519::default().run(AuthContext(password), challenge);
                response
                    .ok()
                    .and_then(|response| response.data().map(<[u8]>::to_vec))
                    .ok_or(WRONG)?
            }
            // It asks for the salt.
            Self::Parsec if challenge.len() == parsec::CHALLENGE => Vec::new(),
            Self::Parsec => return Err(WRONG),
            Self::Clear => return Ok(clear(password)),
        }))
    }
}

/// The password as it is.
pub fn clear(password: &[u8]) -> Secret {
    Zeroizing::new([password, &[0]].concat())
}

/// The second response of PARSEC. `sent` is the salt, and how the key is derived with it.
pub fn sign(password: &[u8], challenge: &[u8], sent: &[u8]) -> Result<Secret> {
    parsec::response(password, challenge, sent).map(Zeroizing::new)
}

/// The context for the plugins of mysql_common.
struct AuthContext<'a>(&'a [u8]);

impl Context for AuthContext<'_> {
    fn pass(&self) -> &[u8] {
        self.0
    }

    fn is_ipc_transport(&self) -> bool {
        false
    }

    fn is_tls_transport(&self) -> bool {
        false
    }

    fn scramble(&self) -> &[u8] {
        &[]
    }

    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}

/// Encrypts the password with the server's public key, for caching_sha2_password.
pub fn encrypt(password: &[u8], challenge: &[u8], key: &[u8]) -> Result<Secret> {
    let key = std::str::from_utf8(key).ok().map(str::trim);
    // It refuses keys of more than 4096 bits: encryption with these takes seconds.
    let key = key.and_then(|key| PublicKey::from_public_key_pem(key).ok());
    let key = key.ok_or(Error::Malformed("its key is not an RSA key in PEM format"))?;
    let mut text = clear(password);
    for (byte, mask) in text.iter_mut().zip(challenge.iter().cycle()) {
        *byte ^= mask;
    }
    key.oaep_encrypt::<Sha1>(&text)
        .map(Zeroizing::new)
        .map_err(|_| Error::Malformed("its key is too short for the password"))
}
