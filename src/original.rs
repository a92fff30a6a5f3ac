//! A session's data as it was read: tells whether a write changes it.

use sha2::{Digest, Sha256};

/// For larger data only a hash is kept, since PHP has a copy already.
const LARGEST_KEPT: usize = 1 << 20;

pub enum Original {
    Whole(Vec<u8>),
    Hashed { length: usize, hash: [u8; 32] },
}

impl Original {
    /// A copy.
    pub fn of(data: &[u8]) -> Self {
        match data.len() > LARGEST_KEPT {
            true => Self::hash(data),
            false => Self::Whole(data.to_vec()),
        }
    }

    fn hash(data: &[u8]) -> Self {
        let (length, hash) = (data.len(), Sha256::digest(data).into());
        Self::Hashed { length, hash }
    }

    /// The data; empty if only the hash is kept.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Hashed { .. } => &[],
        }
    }

    /// Replaces large data by its hash. Call this when PHP has its own copy.
    pub fn shrink(&mut self) {
        if let Self::Whole(bytes) = self
            && bytes.len() > LARGEST_KEPT
        {
            *self = Self::hash(bytes);
        }
    }

    pub fn equals(&self, data: &[u8]) -> bool {
        match self {
            Self::Whole(bytes) => bytes == data,
            Self::Hashed { length, hash } => *length == data.len() && Sha256::digest(data)[..] == hash[..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_changes_of_small_and_of_large_data() {
        for length in [0, LARGEST_KEPT, LARGEST_KEPT + 1] {
            let mut data = vec![b'x'; length];
            let mut original = Original::Whole(data.clone());
            original.shrink();
            assert!(original.equals(&data));
            assert_eq!(original.bytes().is_empty(), length == 0 || length > LARGEST_KEPT);
            data.push(b'x');
            assert!(!original.equals(&data));
            data.truncate(length);
            if let Some(last) = data.last_mut() {
                *last = b'y';
                assert!(!original.equals(&data));
            }
        }
    }
}
