//! The responses of the authentication plugins.
//!
//! The clear password is sent over a Unix socket only. Over TCP it is encrypted with the server's public key.

use mysql_common::auth::plugins::caching_sha2_password::scramble_sha256;
use mysql_common::auth::plugins::client_ed25519::ClientEd25519;
use mysql_common::auth::plugins::mysql_native_password::scramble_native;
use mysql_common::auth::plugins::{ChallengeResponsePlugin, Context};
use rsa::PublicKey;
use rsa::pkcs8::DecodePublicKey;
use sha1::Sha1;

use super::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plugin {
    Native,
    CachingSha2,
    Ed25519,
}

impl Plugin {
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"mysql_native_password" => Some(Self::Native),
            b"caching_sha2_password" => Some(Self::CachingSha2),
            b"client_ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "mysql_native_password",
            Self::CachingSha2 => "caching_sha2_password",
            Self::Ed25519 => "client_ed25519",
        }
    }

    /// The response to the challenge. It is empty for an empty password.
    pub fn response(self, password: &[u8], challenge: &[u8]) -> Result<Vec<u8>> {
        const WRONG: Error = Error::Malformed("a challenge of the wrong length");
        Ok(match self {
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
        })
    }
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
pub fn encrypt(password: &[u8], challenge: &[u8], key: &[u8]) -> Result<Vec<u8>> {
    let key = std::str::from_utf8(key).ok().map(str::trim);
    // It refuses keys of more than 4096 bits: encryption with these takes seconds.
    let key = key.and_then(|key| PublicKey::from_public_key_pem(key).ok());
    let key = key.ok_or(Error::Malformed("its key is none of RSA in PEM format"))?;
    let mut text = [password, &[0]].concat();
    for (byte, mask) in text.iter_mut().zip(challenge.iter().cycle()) {
        *byte ^= mask;
    }
    key.oaep_encrypt::<Sha1>(&text)
        .map_err(|_| Error::Malformed("its key is too short for the password"))
}
