//! Converts PHP's session data to the bytes that are stored, and back. No other file knows the values of the column `format`.
//!
//! Called by `store`.

use crate::error::{Error, Result};

/// The data as PHP encoded it.
const PLAIN: u8 = 0;

/// The value of `format`, and the bytes to store.
pub fn seal(data: &[u8]) -> (u8, &[u8]) {
    (PLAIN, data)
}

pub fn open(format: u64, stored: Vec<u8>) -> Result<Vec<u8>> {
    match u8::try_from(format) {
        Ok(PLAIN) => Ok(stored),
        format => Err(Error::Format(format.unwrap_or(u8::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_an_unknown_format_does_not() {
        let (format, stored) = seal(b"a|i:1;");
        assert!(matches!(open(format.into(), stored.to_vec()), Ok(data) if data == b"a|i:1;"));
        assert!(matches!(open(1, b"a|i:1;".to_vec()), Err(Error::Format(1))));
        assert!(matches!(open(256, Vec::new()), Err(Error::Format(u8::MAX))));
    }
}
