//! Encrypts data with AES-256-GCM, and decrypts it.
//!
//! | bytes | of encrypted data |
//! |--:|---|
//! | 8 | the key's id |
//! | 32 | a random salt |
//! | | the data, encrypted |
//! | 16 | the authentication tag |
//!
//! Each write has a key of its own, which HKDF-SHA256 derives from the salt. So the nonce can be constant: a random nonce has 96 bits,
//! which are too few for the number of writes under one key. The format, the key's id, the row and its version are authenticated.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use super::keys::{Key, Keys};
use crate::error::{Error, Result, Unreadable};
use crate::session_id::{SessionKey, hex};

/// The bytes of the key's id.
pub const ID: usize = 8;
const SALT: usize = 32;

/// The bytes in front of the encrypted data, and those behind it.
pub const FRONT: usize = ID + SALT;
pub const BEHIND: usize = 16;

const NONCE: [u8; 12] = [0; 12];
const PURPOSE: &[u8] = b"rustsql session data";

/// The row that data belongs to. Encrypted data opens in no other row, and under no other version.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub key: SessionKey,
    pub version: u64,
}

/// Encrypts `bytes` with the first key, but for `FRONT` free bytes at the begin.
pub fn encrypt(keys: &Keys, format: u8, place: Place, bytes: &mut Vec<u8>) -> Result<()> {
    let key = keys.first().ok_or(Error::NotEncrypted("no key was read"))?;
    let (front, data) = bytes.split_at_mut(FRONT);
    let (id, salt) = front.split_at_mut(ID);
    id.copy_from_slice(&key.id);
    getrandom::fill(salt).map_err(|_| Error::NotEncrypted("the system has no random numbers"))?;
    let sealed = subkey(key, salt).and_then(|subkey| {
        let (nonce, place) = (
            Nonce::assume_unique_for_key(NONCE),
            Aad::from(authenticated(format, key, place)),
        );
        subkey.seal_in_place_separate_tag(nonce, place, data).ok()
    });
    let tag = sealed.ok_or(Error::NotEncrypted("it is too large for one key"))?;
    bytes.extend_from_slice(tag.as_ref());
    Ok(())
}

/// Replaces the encrypted bytes by the data.
pub fn decrypt(keys: &Keys, format: u8, place: Place, stored: &mut Vec<u8>) -> Result<(), Unreadable> {
    let front = stored.split_at_checked(FRONT).map(|(front, _)| front.split_at(ID));
    let (id, salt) = front.ok_or(Unreadable::Damaged)?;
    let key = keys.find(id).ok_or_else(|| Unreadable::NoKey(hex(id)))?;
    let subkey = subkey(key, salt).ok_or(Unreadable::Damaged)?;
    let (nonce, place) = (
        Nonce::assume_unique_for_key(NONCE),
        Aad::from(authenticated(format, key, place)),
    );
    let opened = subkey.open_within(nonce, place, stored, FRONT..);
    let length = opened.map_err(|_| Unreadable::Changed)?.len();
    stored.truncate(length);
    Ok(())
}

fn subkey(key: &Key, salt: &[u8]) -> Option<LessSafeKey> {
    let derived = Salt::new(HKDF_SHA256, salt).extract(&key.secret[..]);
    let derived = derived.expand(&[PURPOSE], &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

fn authenticated(format: u8, key: &Key, place: Place) -> [u8; 33] {
    let mut bytes = [0; 33];
    bytes[0] = format;
    bytes[1..9].copy_from_slice(&key.id);
    bytes[9..25].copy_from_slice(&place.key.bytes());
    bytes[25..].copy_from_slice(&place.version.to_be_bytes());
    bytes
}
