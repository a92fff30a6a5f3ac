//! Marks the sessions of one user, so that they can be listed and ended together.
//!
//! The table has a hash: it shows no user's name. Whoever has the table can still test a guess, as with any hash of short text.

use crate::session_id::hash;

/// The hash of the text that a script gives, and of the application's namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag([u8; 16]);

impl Tag {
    pub fn new(namespace: &str, text: &[u8]) -> Self {
        Self(hash([b"tag", namespace.as_bytes(), text]))
    }

    /// The value of the column. `None` if it has another length.
    pub fn from_column(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The value of the column.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_the_namespace_and_is_no_session_key() {
        let tag = Tag::new("a", b"bc");
        assert_ne!(tag, Tag::new("ab", b"c"));
        let key = crate::session_id::SessionKey::new("a", b"bc").unwrap();
        assert_ne!(tag.bytes(), key.bytes());
    }
}
