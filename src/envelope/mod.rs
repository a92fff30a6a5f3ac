//! Converts PHP's session data to the bytes that are stored, and back. No other file knows the values of the column `format`.
//!
//! | `format` | the stored bytes |
//! |--:|---|
//! | 0 | the data as PHP encoded it |
//! | 1, 2 | the data's size, and the data compressed with lz4, with zstd (`compression`) |
//! | 16, 17, 18 | the bytes of 0, 1 or 2, encrypted (`encryption`) |
//!
//! `config` fills it with its settings, `store` calls it. Nothing here depends on either.

mod compression;
mod encryption;
mod keys;

pub use compression::Compression;
pub use encryption::Place;
pub use keys::Keys;

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, Result, Unreadable};

/// The data as PHP encoded it.
const PLAIN: u8 = 0;
/// The bit of encrypted data. The bits below are those of the compression.
const ENCRYPTED: u8 = 16;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encryption {
    #[default]
    Off,
    /// Reads plain sessions, and writes encrypted ones.
    On,
    /// Refuses plain sessions.
    Required,
}

/// How data is written, and the keys that it may be encrypted with. Data is read however it was written.
#[derive(Clone, Default, PartialEq)]
pub struct Envelope {
    pub encryption: Encryption,
    pub keys: Arc<Keys>,
    pub compression: Compression,
    /// Smaller data is not compressed.
    pub threshold: usize,
}

impl Envelope {
    /// The value of `format`, and the bytes to store. Plain data is not copied.
    pub fn seal<'a>(&self, place: Place, data: &'a [u8]) -> Result<(u8, Cow<'a, [u8]>)> {
        let encrypts = self.encryption != Encryption::Off;
        let front = if encrypts { encryption::FRONT } else { 0 };
        let compressed = match data.len() >= self.threshold {
            true => self.compression.compress(data, front),
            false => None,
        };
        let format = compressed.as_ref().map_or(PLAIN, |_| self.compression.format());
        if !encrypts {
            return Ok((format, compressed.map_or(Cow::Borrowed(data), Cow::Owned)));
        }
        let mut bytes = compressed.unwrap_or_else(|| {
            let mut bytes = Vec::with_capacity(front + data.len() + encryption::BEHIND);
            bytes.resize(front, 0);
            bytes.extend_from_slice(data);
            bytes
        });
        encryption::encrypt(&self.keys, format | ENCRYPTED, place, &mut bytes)?;
        Ok((format | ENCRYPTED, Cow::Owned(bytes)))
    }

    /// The data of a row. `most`: the most bytes that it may expand to.
    pub fn open(&self, format: u64, place: Place, mut stored: Vec<u8>, most: usize) -> Result<Vec<u8>> {
        let format = u8::try_from(format).unwrap_or(u8::MAX);
        let Some(compression) = Compression::of(format & !ENCRYPTED) else {
            return Err(Error::Format(format));
        };
        if format & ENCRYPTED != 0 {
            encryption::decrypt(&self.keys, format, place, &mut stored)?;
        } else if self.encryption == Encryption::Required {
            return Err(Unreadable::NotEncrypted.into());
        } else if self.encryption == Encryption::On && self.begins_with_a_key(&stored) {
            // Encrypted data whose format was changed: PHP may take it for an empty session. Where encryption is off, data is
            // written plain, and opens whatever it begins with.
            return Err(Unreadable::Changed.into());
        }
        Ok(compression.expand(stored, most)?)
    }

    fn begins_with_a_key(&self, stored: &[u8]) -> bool {
        let id = stored.get(..encryption::ID);
        id.is_some_and(|id| self.keys.find(id).is_some())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
