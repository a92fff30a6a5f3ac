//! What callers of the merger give and get.

use std::borrow::Cow;

/// Larger data is never split.
pub const LARGEST: usize = 1 << 20;
/// Of more keys than this, on the levels that are merged, the largest maps are not split.
pub const MOST_KEYS: usize = 1 << 14;
/// The most levels that are merged.
pub const DEEPEST: u32 = 16;

/// PHP's `session.serialize_handler`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Php,
    PhpSerialize,
    PhpBinary,
    /// Nothing is known of it.
    Other,
}

impl Format {
    pub fn named(name: &[u8]) -> Self {
        match name {
            b"php" => Self::Php,
            b"php_serialize" => Self::PhpSerialize,
            b"php_binary" => Self::PhpBinary,
            _ => Self::Other,
        }
    }

    pub fn is_empty(self, data: &[u8]) -> bool {
        data.is_empty() || self == Self::PhpSerialize && data == b"a:0:{}"
    }
}

/// `rustsql.merge_conflict`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Nothing is merged.
    #[default]
    Refuse,
    /// The stored value stays for that key.
    Stored,
}

#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub format: Format,
    /// `rustsql.merge_depth`, 1 to `DEEPEST`: 1 merges the session's variables, 2 also the keys of those that are maps.
    pub depth: u32,
    pub on_conflict: OnConflict,
    /// The Unix time.
    pub now: u64,
}

/// What is to be stored.
#[derive(Debug)]
pub struct Merged<'a> {
    pub data: Cow<'a, [u8]>,
    /// The keys whose stored value stayed after a conflict. They are the first of `conflicts`.
    pub stayed: Vec<String>,
    pub conflicts: usize,
}

/// Why nothing is merged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Both changed this key, which is named as in a script.
    #[error("another request has changed {0}, too, since it was read (rustsql.merge_conflict=refuse)")]
    Key(String),
    #[error("another request has emptied it since it was read")]
    Cleared,
    #[error("another request has changed it since it was read, and {0}")]
    Unsplit(Unsplit),
}

/// Why data cannot be split into its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsplit {
    /// More than `LARGEST` bytes, or more than `MOST_KEYS` variables.
    #[error("it has more than 1 MiB or 16384 keys, which is not merged")]
    TooLarge,
    #[error("only the serializers php, php_serialize and php_binary can be merged (session.serialize_handler)")]
    Serializer,
    /// It may have references that nobody else can read.
    #[error("it has an object whose class serializes itself (Serializable), which cannot be merged")]
    OwnFormat,
    #[error("$_SESSION is a list or refers to itself, which cannot be merged")]
    NoMap,
    #[error("it has a key twice, which cannot be merged")]
    Duplicate,
}

impl<'a> Merged<'a> {
    /// What the script should know. `None`: nothing.
    pub fn notice(&self) -> Option<String> {
        let more = match self.conflicts.saturating_sub(self.stayed.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let keys = self.stayed.join(", ");
        (self.conflicts > 0).then(|| {
            format!("the session was merged: what another request has stored stays for {keys}{more} (rustsql.merge_conflict=stored)")
        })
    }

    pub fn whole(data: &'a [u8]) -> Self {
        Self {
            data: Cow::Borrowed(data),
            stayed: Vec::new(),
            conflicts: 0,
        }
    }
}
