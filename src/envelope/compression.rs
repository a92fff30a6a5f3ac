//! Compresses data with lz4 or zstd, behind its size in four bytes (little-endian), and expands it.
//!
//! The size is checked before any memory is taken for the data.

use crate::error::Unreadable;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    #[default]
    None,
    Lz4,
    Zstd,
}

/// The bytes of the size.
const SIZE: usize = 4;

/// Larger data is not compressed: no packet of a server has more.
const LARGEST: usize = 1 << 30;

/// zstd's fastest ordinary level: the default level compresses sessions hardly better, and takes more time.
const LEVEL: i32 = 1;

impl Compression {
    /// Its part of the column `format`.
    pub fn format(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Lz4 => 1,
            Self::Zstd => 2,
        }
    }

    pub fn of(format: u8) -> Option<Self> {
        [Self::None, Self::Lz4, Self::Zstd]
            .into_iter()
            .find(|compression| compression.format() == format)
    }

    /// The compressed data behind `front` free bytes. `None` if that is not smaller than the data.
    pub fn compress(self, data: &[u8], front: usize) -> Option<Vec<u8>> {
        let most = match self {
            Self::None => return None,
            Self::Lz4 => lz4_flex::block::get_maximum_output_size(data.len()),
            Self::Zstd => data.len(),
        };
        let size = u32::try_from(data.len()).ok().filter(|_| data.len() <= LARGEST)?;
        let start = front + SIZE;
        let mut bytes = vec![0; start + most];
        bytes[front..start].copy_from_slice(&size.to_le_bytes());
        let into = &mut bytes[start..];
        let length = match self {
            Self::None => return None,
            Self::Lz4 => lz4_flex::block::compress_into(data, into).ok()?,
            Self::Zstd => zstd_safe::compress(into, data, LEVEL).ok()?,
        };
        bytes.truncate(start + length);
        (SIZE + length < data.len()).then_some(bytes)
    }

    pub fn expand(self, stored: Vec<u8>, most: usize) -> Result<Vec<u8>, Unreadable> {
        if self == Self::None {
            return Ok(stored);
        }
        let (size, compressed) = stored.split_first_chunk::<SIZE>().ok_or(Unreadable::Damaged)?;
        // Nothing was ever compressed to nothing: PHP would take that for a new session.
        let size = match usize::try_from(u32::from_le_bytes(*size)) {
            Ok(size) if size > 0 => size,
            _ => return Err(Unreadable::Damaged),
        };
        let limit = most.min(LARGEST);
        if size > limit {
            return Err(Unreadable::Expands { bytes: size, limit });
        }
        let mut data = vec![0; size];
        let length = match self {
            Self::None => None,
            Self::Lz4 => lz4_flex::block::decompress_into(compressed, &mut data).ok(),
            Self::Zstd => zstd_safe::decompress(&mut data[..], compressed).ok(),
        };
        match length {
            Some(length) if length == size => Ok(data),
            _ => Err(Unreadable::Damaged),
        }
    }
}
