//! The keys that data is encrypted with, and the text of the file that has them. They are wiped from memory with the last use.

use base64ct::{Base64, Base64Unpadded, Encoding};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const BYTES: usize = 32;

/// The longest line that is decoded.
const LONGEST: usize = 256;

const CURE: &str = "a key has 32 bytes, as 64 hexadecimal digits or base64: openssl rand -hex 32";

pub struct Key {
    /// Tells which key data is encrypted with. It is a hash, so it may be public.
    pub id: [u8; 8],
    pub secret: Zeroizing<[u8; BYTES]>,
}

/// The first encrypts, each decrypts.
#[derive(Default)]
pub struct Keys(Vec<Key>);

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|key| key.id).eq(other.0.iter().map(|key| key.id))
    }
}

impl Keys {
    pub fn first(&self) -> Option<&Key> {
        self.0.first()
    }

    pub fn find(&self, id: &[u8]) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }

    /// Reads a text of one key a line. Empty lines, and those that begin with '#' or ';', do not count. An error names the line,
    /// and has nothing of its content.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut keys = Self::default();
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") || line.starts_with(b";") {
                continue;
            }
            let secret = decode(line).map_err(|problem| format!("line {number}: {problem}; {CURE}"))?;
            let id = id(&secret);
            if let Some(at) = keys.0.iter().position(|key| key.id == id) {
                return Err(format!(
                    "line {number} has the same key as line {}: remove one",
                    lines[at]
                ));
            }
            keys.0.push(Key { id, secret });
            lines.push(number);
        }
        match keys.0.is_empty() {
            true => Err(format!("it has no key; {CURE}")),
            false => Ok(keys),
        }
    }
}

fn decode(line: &[u8]) -> Result<Zeroizing<[u8; BYTES]>, String> {
    let mut buffer = Zeroizing::new([0; LONGEST]);
    let decoded = match line {
        _ if line.len() > LONGEST => None,
        _ if line.iter().all(u8::is_ascii_hexdigit) && line.len().is_multiple_of(2) => {
            Some(unhex(line, &mut buffer[..]))
        }
        _ => Base64::decode(line, &mut buffer[..]).ok().map(|bytes| bytes.len()),
    };
    let length = match decoded {
        None => Base64Unpadded::decode(line, &mut buffer[..])
            .ok()
            .map(|bytes| bytes.len()),
        length => length,
    };
    match length {
        Some(BYTES) => {
            let mut secret = Zeroizing::new([0; BYTES]);
            secret.copy_from_slice(&buffer[..BYTES]);
            Ok(secret)
        }
        Some(length) => Err(format!("it has {length} bytes")),
        None => Err("it is not hexadecimal or base64".into()),
    }
}

fn unhex(line: &[u8], buffer: &mut [u8]) -> usize {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    for (byte, pair) in buffer.iter_mut().zip(line.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    line.len() / 2
}

fn id(secret: &[u8; BYTES]) -> [u8; 8] {
    let digest = Sha256::new()
        .chain_update("rustsql key id")
        .chain_update(secret)
        .finalize();
    let mut id = [0; 8];
    id.copy_from_slice(&digest[..8]);
    id
}
