//! A session's data as it was read, to tell whether a write changes it.

use sha2::{Digest, Sha256};

/// Larger data is not kept beside what PHP has of it, but its hash.
const LARGEST_KEPT: usize = 1 << 20;

pub enum Original {
    Whole(Vec<u8>),
    Hashed { length: usize, hash: [u8; 32] },
}

impl Original {
    /// Nothing any more, where it is large and PHP has it.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Hashed { .. } => &[],
        }
    }

    /// Call it when PHP has the data.
    pub fn shrink(&mut self) {
        if let Self::Whole(bytes) = self
            && bytes.len() > LARGEST_KEPT
        {
            let (length, hash) = (bytes.len(), Sha256::digest(bytes).into());
            *self = Self::Hashed { length, hash };
        }
    }

    pub fn is(&self, data: &[u8]) -> bool {
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
    fn is_what_it_was_also_when_it_was_large() {
        for length in [0, LARGEST_KEPT, LARGEST_KEPT + 1] {
            let mut data = vec![b'x'; length];
            let mut original = Original::Whole(data.clone());
            original.shrink();
            assert!(original.is(&data));
            assert_eq!(original.bytes().is_empty(), length == 0 || length > LARGEST_KEPT);
            data.push(b'x');
            assert!(!original.is(&data));
            data.truncate(length);
            if let Some(last) = data.last_mut() {
                *last = b'y';
                assert!(!original.is(&data));
            }
        }
    }
}
