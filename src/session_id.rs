//! Checks a session id, and derives its primary key and its lock name.
//!
//! Both are hashes: no table, backup or process list shows a session id.

use std::ops::Deref;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// PHP's own limit, `PS_MAX_SID_LENGTH`.
const MAX_LENGTH: usize = 256;

/// The hash of a valid session id and the application's namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct SessionKey([u8; 16]);

impl SessionKey {
    /// Checks the whole id: `session_id()` accepts any bytes, and PHP's own check stops at a NUL.
    pub fn new(namespace: &str, id: &[u8]) -> Result<Self> {
        let valid = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b',' || *byte == b'-';
        if id.is_empty() || id.len() > MAX_LENGTH || !id.iter().all(valid) {
            return Err(Error::SessionId);
        }
        Ok(Self(hash([namespace.as_bytes(), id])))
    }

    /// The key of a row. `None` if it has another length.
    pub fn from_column(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The value of the primary key.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// The name for `GET_LOCK`. On MySQL it has at most 64 characters, ignores case, and is global to the server. So the names of
    /// database and table are part of the hash.
    pub fn lock_name(&self, database: &str, table: &str) -> LockName {
        let hash = hash([database.as_bytes(), table.as_bytes(), &self.0]);
        let mut name = *b"rustsql.00000000000000000000000000000000";
        for (zero, digit) in name.iter_mut().skip("rustsql.".len()).zip(hex_digits(&hash)) {
            *zero = digit;
        }
        LockName(name)
    }
}

/// The name of a session's advisory lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockName([u8; 40]);

impl Deref for LockName {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The advisory lock of the process that collects a table's garbage.
pub fn collector_lock_name(database: &str, table: &str) -> String {
    let hash = hash([database.as_bytes(), table.as_bytes(), &[]]);
    format!("rustsql.gc.{}", hex(&hash))
}

/// The first half of SHA-256 over the parts, with a NUL between them.
pub fn hash<const N: usize>(parts: [&[u8]; N]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            digest.update([0]);
        }
        digest.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&digest.finalize()[..16]);
    half
}

pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(hex_digits(bytes).map(char::from));
    text
}

pub fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_php_alphabet_from_1_to_256_characters() {
        for id in ["a", "A-z,09", &"x".repeat(256)] {
            assert!(SessionKey::new("", id.as_bytes()).is_ok(), "{id}");
        }
    }

    #[test]
    fn rejects_everything_else() {
        for id in [&b""[..], b"a\0b", b"a'b", b"../x", b"a b", b"\xff", &[b'x'; 257]] {
            assert!(SessionKey::new("", id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn a_namespace_cannot_imitate_another() {
        assert_ne!(SessionKey::new("a", b"bc").ok(), SessionKey::new("ab", b"c").ok());
    }

    #[test]
    fn is_the_first_half_of_sha_256() {
        let key = SessionKey::new("", b"abc").unwrap();
        // printf '\0abc' | sha256sum
        assert_eq!(hex(&key.bytes()), "609f6e36d2405585188d5cfd761f407c");
    }

    #[test]
    fn lock_names_fit_mysql_and_differ_by_table() {
        let key = SessionKey::new("", b"abc").unwrap();
        let name = key.lock_name("app", "php_sessions");
        assert!(name.len() <= 64 && *name == name.to_lowercase());
        assert_ne!(name, key.lock_name("app", "other"));
        assert_ne!(name, key.lock_name("ap", "pphp_sessions"));
    }
}
